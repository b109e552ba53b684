// Command seetell trains image captioners and describes pictures.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/seetell/seetell/hub"
	"github.com/seetell/seetell/internal/terminal"
	"github.com/seetell/seetell/torch"
	"github.com/seetell/seetell/torch/distributed"
)

// Exit codes of the command line.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitInterrupted = 130
)

// version is set by the linker: -X main.version=….
var version = "development"

func main() {
	torch.TuneProcess()
	log.SetOutput(io.Discard) // of libraries, which warn of what errors tell
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// run executes the command line args and returns the process's exit code.
// Results go to out, logs and messages to messages, both through package
// terminal's door.
func run(args []string, out, messages io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), ends()...)
	defer stop()
	context.AfterFunc(ctx, stop)   // a second signal ends the process at once
	signal.Ignore(syscall.SIGXFSZ) // a file over the limit is an error of writing, not the end
	results, notes := terminal.NewWriter(out), terminal.NewWriter(messages)
	defer notes.Flush()
	defer results.Flush()
	app := application(results, notes)
	args = helpLast(args)
	app.Metadata = map[string]any{argumentsKey: args[min(1, len(args)):]}
	err := helpOfRecipe(app, args)
	if err == nil {
		err = app.RunContext(hub.WithLog(ctx, slog.New(logrusHandler{})), flagsFirst(globalsFirst(args, app.Flags), app.Commands))
	}
	if err == nil {
		err = results.Flush() // help does not look at what writing it comes to
	}
	if err == nil {
		return 0
	}
	var status exitStatus
	if !errors.Is(err, errReported) && !errors.As(err, &status) {
		printError(notes, err)
	}
	return exitCode(ctx, err)
}

// ends are the signals that ask the program to stop. The end of its terminal is
// one, unless it is told to outlive that, as under nohup.
func ends() []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// missing returns a usage error when a flag that the command cannot do without
// has no value, neither on the command line nor in the file of --config.
func missing(c *cli.Context, names ...string) error {
	for _, name := range names {
		if c.String(name) == "" && c.Path(name) == "" {
			return usage(fmt.Errorf("--%s is missing; %s %s --help lists the flags", name, c.App.Name, c.Command.Name))
		}
	}
	return nil
}

// errReported is returned by an action that has already told the user what
// failed, such as one unreadable picture among several.
var errReported = errors.New("reported")

// usageError is a command line that asks for something impossible.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// usage marks err as a mistake in the command line: exit code 2.
func usage(err error) error { return usageError{err} }

func exitCode(ctx context.Context, err error) int {
	var wrong usageError
	var status exitStatus
	switch {
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, distributed.ErrStopped):
		return exitInterrupted
	case errors.As(err, &wrong):
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitFailed
	}
}

// commands lists the commands in the order that --help shows them.
func commands() []*cli.Command {
	return []*cli.Command{
		trainCommand(),
		captionCommand(),
		evaluateCommand(),
		scoreCommand(),
		compareCommand(),
		plotCommand(),
		reportCommand(),
		dataCommand(),
		modelCommand(),
		serveCommand(),
		demoCommand(),
		doctorCommand(),
		completionCommand(),
		manualCommand(),
		versionCommand(),
	}
}

func application(out, messages io.Writer) *cli.App {
	wrapHelp()
	app := &cli.App{
		Name:                   "seetell",
		Usage:                  "train image captioners and describe pictures",
		Version:                version,
		Commands:               commands(),
		Writer:                 out,
		ErrWriter:              messages,
		UseShortOptionHandling: true,
		ExitErrHandler:         func(*cli.Context, error) {}, // run decides
		OnUsageError:           onUsageError,
		CommandNotFound:        nil,
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "log-format", Usage: "`FORMAT` of the log: text or json", Value: "text", EnvVars: []string{"SEETELL_LOG_FORMAT"}},
			&cli.BoolFlag{Name: "quiet", Usage: "log warnings and errors only", EnvVars: []string{"SEETELL_QUIET"}},
		},
		Before: func(c *cli.Context) error { return setUpLog(c, messages) },
		After:  warnOfFonts,
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				wrong := c.Args().First()
				return usage(fmt.Errorf("no command %q%s; seetell --help lists them", wrong, meantBy("", wrong, commandNames(c.App.Commands))))
			}
			return cli.ShowAppHelp(c)
		},
	}
	for _, command := range app.Commands {
		setUsageError(command)
	}
	return app
}

func setUsageError(command *cli.Command) {
	command.OnUsageError = onUsageError
	for _, sub := range command.Subcommands {
		setUsageError(sub)
	}
}

func onUsageError(c *cli.Context, err error, _ bool) error {
	name := c.App.Name
	if c.Command != nil && c.Command.Name != "" && c.Command.Name != name {
		name += " " + c.Command.Name
	}
	command := &cli.Command{Flags: c.App.Flags}
	if c.Command != nil && len(c.Command.Flags) > 0 {
		command = c.Command
	}
	return usage(fmt.Errorf("%w; %s --help lists the flags", helped(err, command), name))
}

func setUpLog(c *cli.Context, messages io.Writer) error {
	if c.Bool("quiet") {
		logrus.SetLevel(logrus.WarnLevel)
	}
	switch format := c.String("log-format"); format {
	case "text":
		logrus.SetOutput(behind(messages)) // which logrus colours, where it is a terminal
		logrus.SetFormatter(lineFormatter{&logrus.TextFormatter{FullTimestamp: true, DisableColors: !terminal.Colours()}})
	case "json":
		logrus.SetOutput(messages)
		logrus.SetFormatter(&logrus.JSONFormatter{})
	default:
		return usage(fmt.Errorf("--log-format %q: give text or json", format))
	}
	return nil
}
