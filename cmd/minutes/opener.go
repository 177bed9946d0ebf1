package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/dailyminutes/minutes"
	"github.com/dailyminutes/minutes/cmd/minutes/egress"
	"github.com/spf13/cobra"
)

func openCmd(sh *shell) *cobra.Command {
	return &cobra.Command{
		Use:   "open ITEM",
		Short: "Open an item's link in the browser",
		Args:  argsBetween(1, 1, "one ITEM: an id, its first letters, or the number last printed beside it"),
		RunE: with(sh, func(ctx context.Context, p *program, args []string) error {
			it, err := p.item(ctx, args[0])
			if err != nil {
				return err
			}
			link := opened(it.URL)
			if link == "" {
				return minutes.WithHint(fmt.Errorf("%q has no link", it.Title), "read it here: minutes show "+args[0])
			}
			fmt.Fprintln(sh.err, "opening", link)
			err = browse(ctx, link)
			if errors.Is(err, exec.ErrNotFound) {
				fmt.Fprintln(sh.out, link)
			}
			return err
		}),
	}
}

// opened is a stored link as it is shown and handed to the opener: plain visible ASCII with the host in
// punycode, so that a look-alike shows. "" if it is no link to the web, or its host is none that a
// browser and this program would read alike.
func opened(link string) string {
	u, err := url.Parse(minutes.WebURL(link))
	if err != nil || u.Host == "" {
		return ""
	}
	host, err := egress.Host(u)
	if err != nil {
		return ""
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" {
		host += ":" + port
	}
	u.Host = host
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c > ' ' && c < 0x7f && !strings.ContainsRune("<>\\`\"'{}|^", rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// openWait is how long an opener has to fail. One that goes on is the browser itself.
const openWait = 3 * time.Second

// browse runs the system's opener without a shell; "--" where it knows one. The link begins with http, so it
// cannot be an option, a file or a command. An opener may become the browser: it gets what a browser needs of
// the environment and no open file, it is no part of this program's life, and neither Ctrl+C nor the end
// of the screen closes it. Where there is no opener the error is exec.ErrNotFound.
func browse(ctx context.Context, link string) error {
	if link = opened(link); link == "" {
		return minutes.WithHint(errors.New("this is no link to the web"), "read the item here: minutes show ITEM")
	}
	outer, ctx := ctx, context.WithoutCancel(ctx)
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.CommandContext(ctx, "open", "--", link)
	case "windows":
		cmd = exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", link)
	default:
		cmd = exec.CommandContext(ctx, "xdg-open", link) // it takes no "--"
	}
	keepFiles()
	cmd.Env, cmd.SysProcAttr = forBrowser(os.Environ()), detached()
	ended := make(chan error, 1)
	err := cmd.Start()
	if err == nil {
		go func() { ended <- cmd.Wait() }()
		select {
		case err = <-ended:
		case <-time.After(openWait):
		case <-outer.Done():
		}
	}
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return minutes.WithHint(fmt.Errorf("there is no %s here that could open a link: %w", cmd.Args[0], exec.ErrNotFound), "open it yourself: "+link)
	case err != nil:
		return minutes.WithHint(fmt.Errorf("the opener %s failed: %w", cmd.Args[0], err), "open it yourself: "+link)
	}
	return nil
}

// forBrowser is of an environment what a browser needs: where the screen is, the user's folders, language and
// choice. No key or password of whatever else runs in this session is among it.
func forBrowser(env []string) []string {
	names := " PATH HOME USER LOGNAME SHELL LANG LANGUAGE TZ TMPDIR TERM BROWSER DISPLAY XAUTHORITY WAYLAND_DISPLAY DBUS_SESSION_BUS_ADDRESS" +
		" DESKTOP_SESSION GDMSESSION GNOME_DESKTOP_SESSION_ID KDE_FULL_SESSION KDE_SESSION_VERSION MATE_DESKTOP_SESSION_ID WSL_DISTRO_NAME WSL_INTEROP" +
		" SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC PATHEXT TEMP TMP APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432" +
		" COMMONPROGRAMFILES USERPROFILE USERNAME USERDOMAIN HOMEDRIVE HOMEPATH SESSIONNAME OS "
	out := []string{} // nil would be all
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		name = strings.ToUpper(name)
		if strings.Contains(names, " "+name+" ") || strings.HasPrefix(name, "LC_") || strings.HasPrefix(name, "XDG_") {
			out = append(out, e)
		}
	}
	return out
}
