package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
)

// The shape of the model.
const (
	layers  = 2
	width   = 64
	heads   = 4
	inner   = 128 // of the feed-forward part
	context = 16384
)

// Types of GGUF's values.
const (
	typeUint32 = 4
	typeInt32  = 5
	typeFloat  = 6
	typeBool   = 7
	typeString = 8
	typeArray  = 9
)

// A file is GGUF in the making: values, then what tensors there are, then their numbers.
type file struct {
	values, tensors, data bytes.Buffer
	nValues, nTensors     uint64
	random                uint64
}

// llama writes the model.
func llama(out *bytes.Buffer) {
	f := &file{random: 7}
	f.shape()
	words := f.vocabulary()
	f.tensor("token_embd.weight", 1, width, words)
	for i := range layers {
		name := func(part string) string { return fmt.Sprintf("blk.%d.%s.weight", i, part) }
		f.ones(name("attn_norm"))
		for _, part := range []string{"attn_q", "attn_k", "attn_v", "attn_output"} {
			f.tensor(name(part), 0.2, width, width)
		}
		f.ones(name("ffn_norm"))
		f.tensor(name("ffn_gate"), 0.2, width, inner)
		f.tensor(name("ffn_up"), 0.2, width, inner)
		f.tensor(name("ffn_down"), 0.2, inner, width)
	}
	f.ones("output_norm.weight")
	f.tensor("output.weight", 0.4, width, words)
	out.WriteString("GGUF")
	put(out, uint32(3))
	put(out, f.nTensors)
	put(out, f.nValues)
	out.Write(f.values.Bytes())
	out.Write(f.tensors.Bytes())
	for out.Len()%32 != 0 {
		out.WriteByte(0)
	}
	out.Write(f.data.Bytes())
}

func (f *file) shape() {
	f.text("general.architecture", "llama")
	f.text("general.name", "tiny")
	for _, v := range []struct {
		name string
		n    uint32
	}{
		{"general.file_type", 0}, {"llama.context_length", context}, {"llama.embedding_length", width}, {"llama.block_count", layers},
		{"llama.feed_forward_length", inner}, {"llama.attention.head_count", heads}, {"llama.attention.head_count_kv", heads},
		{"llama.rope.dimension_count", width / heads},
	} {
		f.value(v.name, typeUint32)
		put(&f.values, v.n)
	}
	f.value("llama.attention.layer_norm_rms_epsilon", typeFloat)
	put(&f.values, float32(1e-5))
}

// vocabulary is three marks, every byte, and the signs one can read; it returns how many there are.
func (f *file) vocabulary() int {
	const unknown, control, normal, byteToken = 2, 3, 1, 6
	words, kinds := []string{"<unk>", "<s>", "</s>"}, []int32{unknown, control, control}
	for b := range 256 {
		words, kinds = append(words, fmt.Sprintf("<0x%02X>", b)), append(kinds, byteToken)
	}
	for c := '!'; c <= '~'; c++ {
		words, kinds = append(words, string(c)), append(kinds, normal)
	}
	words, kinds = append(words, "\u2581"), append(kinds, normal) // a space
	f.text("tokenizer.ggml.model", "llama")
	f.list("tokenizer.ggml.tokens", typeString, len(words))
	for _, w := range words {
		str(&f.values, w)
	}
	f.list("tokenizer.ggml.scores", typeFloat, len(words))
	for range words {
		put(&f.values, float32(0))
	}
	f.list("tokenizer.ggml.token_type", typeInt32, len(words))
	for _, k := range kinds {
		put(&f.values, k)
	}
	for id, name := range []string{"unknown", "bos", "eos"} {
		f.value("tokenizer.ggml."+name+"_token_id", typeUint32)
		put(&f.values, uint32(id))
	}
	f.value("tokenizer.ggml.add_bos_token", typeBool)
	f.values.WriteByte(1)
	return len(words)
}

// tensor adds one of random numbers, of about the given size.
func (f *file) tensor(name string, size float64, dims ...int) {
	n := f.declare(name, dims...)
	for range n {
		sum := 0.0
		for range 4 { // nearly normal
			f.random = f.random*6364136223846793005 + 1442695040888963407
			sum += float64(f.random>>40)/(1<<24) - 0.5
		}
		put(&f.data, float32(sum*size*math.Sqrt(3)))
	}
	f.align()
}

// ones adds a tensor of a norm.
func (f *file) ones(name string) {
	for range f.declare(name, width) {
		put(&f.data, float32(1))
	}
	f.align()
}

func (f *file) declare(name string, dims ...int) int {
	f.nTensors++
	str(&f.tensors, name)
	put(&f.tensors, uint32(len(dims)))
	n := 1
	for _, d := range dims {
		n *= d
		put(&f.tensors, uint64(d))
	}
	put(&f.tensors, uint32(0)) // 32-bit floats
	put(&f.tensors, uint64(f.data.Len()))
	return n
}

func (f *file) align() {
	for f.data.Len()%32 != 0 {
		f.data.WriteByte(0)
	}
}

func (f *file) value(name string, kind uint32) {
	f.nValues++
	str(&f.values, name)
	put(&f.values, kind)
}

func (f *file) text(name, v string) {
	f.value(name, typeString)
	str(&f.values, v)
}

func (f *file) list(name string, kind uint32, n int) {
	f.value(name, typeArray)
	put(&f.values, kind)
	put(&f.values, uint64(n))
}

func str(b *bytes.Buffer, s string) {
	put(b, uint64(len(s)))
	b.WriteString(s)
}

// put writes a number; a buffer takes everything.
func put(b *bytes.Buffer, v any) { _ = binary.Write(b, binary.LittleEndian, v) }
