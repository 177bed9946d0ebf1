// Command tinyllama writes a Llama of two layers, 64 wide, with random weights and a vocabulary of bytes, as
// GGUF: 300 KB that a real Ollama loads. What it says is noise; the wire is real.
//
//	go run ./runtime/runtimetest/tinyllama FILE
package main

import (
	"bytes"
	"fmt"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: tinyllama FILE")
		os.Exit(2)
	}
	var b bytes.Buffer
	llama(&b)
	if err := os.WriteFile(os.Args[1], b.Bytes(), 0o600); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
