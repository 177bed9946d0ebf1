package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// traceMark is the variable by which this test binary is told to trace the program that its arguments name.
const traceMark = "MINUTES_TEST_TRACE"

// failing runs a command in the box while calls on its data folder fail as f says. All its threads and
// children are followed and their calls counted together, which strace's when= does not: it counts by
// thread, and a goroutine changes threads. The tracer is a process of its own, this test binary once
// more: it waits for whatever child there is, and the tests have others.
func (b *box) failing(f fault, args ...string) (ran, took) {
	b.t.Helper()
	self, err := os.Executable()
	if err != nil {
		b.t.Fatal(err)
	}
	told, tell, err := os.Pipe()
	if err != nil {
		b.t.Fatal(err)
	}
	defer told.Close()
	asked, err := json.Marshal(tracer{Data: b.data(), Fault: f})
	if err != nil {
		b.t.Fatal(err)
	}
	cmd := b.command(args...)
	var out, errs strings.Builder
	cmd.Args = append([]string{self}, cmd.Args...)
	cmd.Path, cmd.Env, cmd.ExtraFiles = self, append(slices.Clone(cmd.Env), traceMark+"="+string(asked)), []*os.File{tell}
	cmd.Stdout, cmd.Stderr = &out, &errs
	err = cmd.Start()
	tell.Close()
	if err != nil {
		b.t.Fatal(err)
	}
	var r report
	err = json.NewDecoder(told).Decode(&r)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		b.t.Fatalf("the tracer: %v %s", err, tail(errs.String(), 2000))
	}
	switch {
	case r.Denied:
		b.t.Skipf("skipped: the tests may not trace here: %s", r.Err)
	case r.Err != "":
		b.t.Fatal(r.Err)
	}
	return ran{r.Code, out.String(), errs.String()}, r.Took
}

// A report is what the tracer tells of a program that ended.
type report struct {
	Code   int
	Took   took
	Err    string
	Denied bool
}

// traceChild is the tracer, where this process was started as one; else it returns.
func traceChild() {
	asked := os.Getenv(traceMark)
	if asked == "" {
		return
	}
	runtime.LockOSThread()
	tell := os.NewFile(3, "tell")
	syscall.CloseOnExec(3)
	tr := tracer{names: changing()}
	err := errors.Join(json.Unmarshal([]byte(asked), &tr), os.Unsetenv(traceMark))
	r := report{}
	if err == nil {
		r.Code, err = tr.run(os.Args[1:])
	}
	r.Took = tr.took
	if err != nil {
		r.Err, r.Denied = err.Error(), errors.Is(err, os.ErrPermission)
	}
	if err := json.NewEncoder(tell).Encode(r); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0) // and with it, killed, whatever it traced
}

// A tracer stops a program, its threads and its children at every call. All of it runs on one thread,
// which is the only one that the kernel lets do it.
type tracer struct {
	Data  string
	Fault fault
	names map[uint64]string
	took  took
}

// changing are the calls by which a file or a folder can be made, changed, put on disk or removed.
func changing() map[uint64]string {
	return map[uint64]string{
		unix.SYS_WRITE: "write", unix.SYS_PWRITE64: "pwrite64", unix.SYS_WRITEV: "writev", unix.SYS_PWRITEV: "pwritev", unix.SYS_PWRITEV2: "pwritev2",
		unix.SYS_FTRUNCATE: "ftruncate", unix.SYS_FALLOCATE: "fallocate", unix.SYS_FSYNC: "fsync", unix.SYS_FDATASYNC: "fdatasync",
		unix.SYS_RENAME: "rename", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINK: "unlink", unix.SYS_UNLINKAT: "unlinkat",
	}
}

// run starts the program and follows it until nothing of it is left.
func (tr *tracer) run(argv []string) (code int, err error) {
	pid, err := syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: &syscall.SysProcAttr{Ptrace: true}})
	if err != nil {
		return 0, fmt.Errorf("start %s traced: %w", argv[0], err)
	}
	began := false
	for {
		var ws unix.WaitStatus
		tid, err := unix.Wait4(-1, &ws, unix.WALL, nil)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ECHILD):
			return code, nil
		case err != nil:
			return 0, fmt.Errorf("wait: %w", err)
		}
		if !ws.Stopped() {
			if tid == pid {
				code = ws.ExitStatus()
			}
			continue
		}
		if !began {
			began = true
			err = unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACECLONE|unix.PTRACE_O_TRACEFORK|unix.PTRACE_O_TRACEVFORK|unix.PTRACE_O_TRACEEXEC|
				unix.PTRACE_O_EXITKILL|unix.PTRACE_O_TRACESYSGOOD)
		}
		if err == nil {
			err = tr.goOn(tid, ws)
		}
		if err != nil && !errors.Is(err, unix.ESRCH) { // a thread may be killed while it is stopped
			return 0, err
		}
	}
}

// goOn lets a stopped thread go on to its next call, with the signal that it was sent.
func (tr *tracer) goOn(tid int, ws unix.WaitStatus) error {
	signal := 0
	switch s := ws.StopSignal(); s {
	case unix.SIGTRAP | 0x80:
		if err := tr.atCall(tid); err != nil {
			return err
		}
	case unix.SIGTRAP, unix.SIGSTOP: // the kernel's news for a tracer, the first stop of a new thread
	default:
		signal = int(s)
	}
	return unix.PtraceSyscall(tid, signal)
}

// atCall counts a call on the data folder as it begins, and makes it fail where it is its turn: there is
// no call of number -1, and the kernel then returns what stands in rax.
func (tr *tracer) atCall(tid int) error {
	var regs unix.PtraceRegs
	if err := unix.PtraceGetRegs(tid, &regs); err != nil {
		return err
	}
	name := tr.names[regs.Orig_rax]
	if name == "" || int64(regs.Rax) != -int64(unix.ENOSYS) { // what stands there when a call begins, not when it ends
		return nil
	}
	path, err := subject(tid, name, &regs)
	if err != nil || !below(path, tr.Data) {
		return err
	}
	tr.took.Calls = append(tr.took.Calls, name+" "+filepath.Base(path))
	n := len(tr.took.Calls)
	if n != tr.Fault.N && !(tr.Fault.Stays && n > tr.Fault.N) {
		return nil
	}
	tr.took.Failed++
	regs.Orig_rax, regs.Rax = ^uint64(0), -uint64(tr.Fault.Code)
	return unix.PtraceSetRegs(tid, &regs)
}

// subject is the file that a call is about to change, "" where it is none that is open.
func subject(tid int, name string, regs *unix.PtraceRegs) (string, error) {
	switch name {
	case "rename", "unlink":
		return pathOf(tid, unix.AT_FDCWD, regs.Rdi)
	case "renameat", "renameat2", "unlinkat":
		return pathOf(tid, int(int32(regs.Rdi)), regs.Rsi)
	}
	return descriptorOf(tid, fmt.Sprint("fd/", int32(regs.Rdi)))
}

// pathOf is the name that a thread has at an address, below the folder of a descriptor.
func pathOf(tid, dir int, at uint64) (string, error) {
	var name []byte
	for len(name) < unix.PathMax {
		var word [8]byte
		if _, err := unix.PtracePeekData(tid, uintptr(at)+uintptr(len(name)), word[:]); err != nil {
			return "", err
		}
		end := bytes.IndexByte(word[:], 0)
		if end >= 0 {
			name = append(name, word[:end]...)
			break
		}
		name = append(name, word[:]...)
	}
	if filepath.IsAbs(string(name)) {
		return string(name), nil
	}
	from := "cwd"
	if dir != unix.AT_FDCWD {
		from = fmt.Sprint("fd/", dir)
	}
	folder, err := descriptorOf(tid, from)
	return filepath.Join(folder, string(name)), err
}

// descriptorOf is what a link of /proc/TID leads to.
func descriptorOf(tid int, link string) (string, error) {
	path, err := os.Readlink(fmt.Sprintf("/proc/%d/%s", tid, link))
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	return strings.TrimSuffix(path, " (deleted)"), err
}
