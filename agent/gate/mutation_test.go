package gate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
)

// An edit is one mutation of a file: what stands from..to, replaced.
type edit struct {
	file     string
	from, to int
	with     string
	at       string // line and text, to name it
}

// TestEveryMutationOfTheGateIsKilled deletes, negates and bends each rule and comparison of the gate,
// one at a time, and wants the tests beside this one to fail for each.
func TestEveryMutationOfTheGateIsKilled(t *testing.T) {
	if os.Getenv("MINUTES_E2E") == "" {
		t.Skip("the mutations are built in .ci/e2e.sh")
	}
	var edits []edit
	for _, file := range []string{"gate.go", "args.go", "admit.go"} {
		edits = append(edits, mutations(t, file)...)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	killed := 0
	work := make(chan edit)
	for range 3 {
		wg.Go(func() {
			for e := range work {
				dead := kills(t, e)
				mu.Lock()
				if dead {
					killed++
				} else {
					t.Errorf("lives: %s", e.at)
				}
				mu.Unlock()
			}
		})
	}
	for _, e := range edits {
		work <- e
	}
	close(work)
	wg.Wait()
	t.Logf("gate: %d of %d mutations killed", killed, len(edits))
}

// mutations are all that are tried on one file.
func mutations(t *testing.T, file string) []edit {
	fset := token.NewFileSet()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseFile(fset, file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []edit
	replace := func(from, to token.Pos, with string) {
		a, b := fset.Position(from), fset.Position(to)
		was := string(src[a.Offset:b.Offset])
		out = append(out, edit{file, a.Offset, b.Offset, with, fmt.Sprintf("%s:%d: %s → %s", file, a.Line, was, with)})
	}
	condition := func(e ast.Expr) {
		text := string(src[fset.Position(e.Pos()).Offset:fset.Position(e.End()).Offset])
		replace(e.Pos(), e.End(), "!("+text+")")
	}
	other := map[token.Token][]string{token.EQL: {"!="}, token.NEQ: {"=="}, token.LSS: {"<=", ">"}, token.LEQ: {"<", ">"},
		token.GTR: {">=", "<"}, token.GEQ: {">", "<"}, token.LAND: {"||"}, token.LOR: {"&&"}}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			if !unreached(src, fset, n.Cond) {
				condition(n.Cond)
			}
		case *ast.CaseClause:
			for _, e := range n.List {
				if b, ok := e.(*ast.BinaryExpr); ok && b.Op != token.ADD {
					condition(e)
				}
			}
		case *ast.BinaryExpr:
			for _, op := range other[n.Op] {
				replace(n.OpPos, n.OpPos+token.Pos(len(n.Op.String())), op)
			}
		}
		return true
	})
	return out
}

// unreached holds for the condition after json.Marshal(out), which no input can make true: strings and
// whole numbers can always be written.
func unreached(src []byte, fset *token.FileSet, e ast.Expr) bool {
	line := src[:fset.Position(e.Pos()).Offset]
	return bytes.HasSuffix(line, []byte("json.Marshal(out) // sorted by name\n\tif "))
}

// kills says whether the tests fail on the mutation. One that does not compile is dead too.
func kills(t *testing.T, e edit) bool {
	src, err := os.ReadFile(e.file)
	if err != nil {
		t.Error(err)
		return false
	}
	dir, err := os.MkdirTemp("", "gate")
	if err != nil {
		t.Error(err)
		return false
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, e.file)
	changed := slices.Concat(src[:e.from], []byte(e.with), src[e.to:])
	own, err := filepath.Abs(e.file)
	if err != nil {
		t.Error(err)
		return false
	}
	list, _ := json.Marshal(map[string]any{"Replace": map[string]string{own: path}})
	overlay := filepath.Join(dir, "overlay.json")
	if os.WriteFile(path, changed, 0o600) != nil || os.WriteFile(overlay, list, 0o600) != nil {
		t.Error("the mutation cannot be written")
		return false
	}
	cmd := exec.CommandContext(context.Background(), "go", "test", "-overlay", overlay, "-tags", "grpcnotrace", "-vet=off", "-failfast", "-timeout", "20s", "-run", "TestWhat|TestCheck|TestNames|TestAResult", ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "MINUTES_E2E=")
	return cmd.Run() != nil
}
