package main

import (
	"context"

	"github.com/dailyminutes/minutes/cmd/minutes/demo"
	"github.com/spf13/cobra"
)

// demoWorld is the bundled world while `minutes demo` runs: its clock, config and data folder.
type demoWorld struct {
	*demo.World
	config, dir string
}

func demoCmd(sh *shell) *cobra.Command {
	var f briefFlags
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "The whole program on a bundled world: no account, no config, no network",
		Long: `Serves one person's morning on loopback (mail over IMAP, a calendar, feeds, Hacker News, weather,
markets), reads it with the real connectors and shows the brief. One feed is broken on purpose.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(); err != nil {
				return err
			}
			w, err := demo.Start(cmd.Context())
			if err != nil {
				return err
			}
			defer w.Close()
			sh.demo = &demoWorld{World: w, config: w.Config, dir: w.Dir}
			return showDemo(cmd.Context(), sh, f)
		},
	}
	cmd.Flags().BoolVar(&f.json, "json", false, "as minutes.brief/v1")
	cmd.Flags().BoolVar(&f.markdown, "markdown", false, "as Markdown")
	cmd.Flags().BoolVar(&f.html, "html", false, "as one HTML page, without scripts")
	cmd.Flags().BoolVar(&f.plain, "plain", false, "as plain text, even on a terminal")
	return cmd
}

func showDemo(ctx context.Context, sh *shell, f briefFlags) error {
	if sh.interactive() && !f.json && !f.markdown && !f.html && !f.plain {
		p, err := open(ctx, sh)
		if err != nil {
			return err
		}
		_, err = p.preload(ctx, nil)
		p.Close()
		if err != nil {
			return err
		}
		return openScreen(ctx, sh)
	}
	return printBrief(ctx, sh, f)
}
