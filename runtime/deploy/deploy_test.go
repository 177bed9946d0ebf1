package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// flags are what either way of starting the server must say.
func flags() []string {
	return []string{"max-model-len 16384", "gpu-memory-utilization 0.90", "max-num-seqs 64", "max-num-batched-tokens 4096",
		"enable-prefix-caching", "enable-prompt-tokens-details"}
}

const model = "Qwen/Qwen2.5-7B-Instruct-AWQ"

type compose struct {
	Services map[string]struct {
		Image       string
		Entrypoint  []string
		Restart     string
		Ports       []string
		Environment map[string]string
		Command     []string
		Volumes     []string
		Shm         string   `yaml:"shm_size"`
		Security    []string `yaml:"security_opt"`
		Logging     map[string]string
		Healthcheck struct {
			Test              []string
			Interval, Timeout string
			Start             string `yaml:"start_period"`
			Retries           int
		}
		Deploy struct {
			Resources struct {
				Reservations struct {
					Devices []struct {
						Driver       string
						Count        int
						Capabilities []string
					}
				}
			}
		}
	}
	Volumes map[string]struct{}
}

func TestComposeServesOneModelOnLoopbackWithAKey(t *testing.T) {
	b, err := os.ReadFile("compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var c compose
	d := yaml.NewDecoder(bytes.NewReader(b))
	d.KnownFields(true)
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	v := c.Services["vllm"]
	if len(c.Services) != 1 || len(v.Ports) != 1 || !strings.HasPrefix(v.Ports[0], "127.0.0.1:") {
		t.Errorf("it listens on %v", v.Ports)
	}
	if !strings.HasPrefix(v.Environment["VLLM_API_KEY"], "${VLLM_API_KEY:?") {
		t.Errorf("the key is %q: it must come from outside, and be asked for", v.Environment["VLLM_API_KEY"])
	}
	if _, tag, ok := strings.Cut(v.Image, ":"); !ok || tag == "latest" {
		t.Errorf("the image is %q: no version", v.Image)
	}
	if !slices.Equal(v.Entrypoint, []string{"vllm", "serve"}) || len(v.Command) == 0 || v.Command[0] != model {
		t.Errorf("what is served is not %s: %q %q", model, v.Entrypoint, v.Command)
	}
	for _, f := range flags() {
		if !slices.Contains(v.Command, "--"+strings.Replace(f, " ", "=", 1)) {
			t.Errorf("no --%s in %q", f, v.Command)
		}
	}
	devices := v.Deploy.Resources.Reservations.Devices
	if len(devices) != 1 || devices[0].Driver != "nvidia" || devices[0].Count != 1 || !slices.Equal(devices[0].Capabilities, []string{"gpu"}) {
		t.Errorf("devices: %+v", devices)
	}
	for _, volume := range v.Volumes {
		name, _, _ := strings.Cut(volume, ":")
		if _, ok := c.Volumes[name]; !ok {
			t.Errorf("the volume %s is not declared", name)
		}
	}
	if !strings.Contains(strings.Join(v.Healthcheck.Test, " "), "/health") || v.Healthcheck.Start == "" {
		t.Errorf("health: %+v", v.Healthcheck)
	}
}

func TestUnitServesTheSame(t *testing.T) {
	b, err := os.ReadFile("vllm.service")
	if err != nil {
		t.Fatal(err)
	}
	start := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(string(b), "\\\n", " "), "\n") {
		if v, ok := strings.CutPrefix(line, "ExecStart="); ok {
			start = strings.Join(strings.Fields(v), " ")
		}
	}
	if !strings.Contains(start, " serve "+model+" --host 127.0.0.1 ") || strings.Contains(start, "api-key") {
		t.Errorf("it is started by %q", start)
	}
	for _, f := range flags() {
		if !strings.Contains(start+" ", " --"+f+" ") {
			t.Errorf("no --%s in %q", f, start)
		}
	}
	for _, line := range []string{"EnvironmentFile=/etc/vllm.key", "NoNewPrivileges=yes", "ProtectSystem=strict", "User=vllm"} {
		if !strings.Contains(string(b), "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}

func TestSystemdTakesTheUnit(t *testing.T) {
	path, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze here")
	}
	// The program and its user are not on this machine: what it says of them is no fault of the unit.
	out, _ := exec.CommandContext(t.Context(), path, "verify", "--man=no", "./vllm.service").CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "vllm.service") && !strings.Contains(line, "is not executable") {
			t.Errorf("%s", strings.TrimSpace(line))
		}
	}
	bad := t.TempDir() + "/vllm.service"
	b, err := os.ReadFile("vllm.service")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(bad, bytes.Replace(b, []byte("Restart=on-failure"), []byte("Restart=sometimes\nNoNewPriviledges=yes"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _ = exec.CommandContext(t.Context(), path, "verify", "--man=no", bad).CombinedOutput(); !bytes.Contains(out, []byte("sometimes")) {
		t.Skipf("systemd-analyze finds no fault in a bad unit here: %s", out)
	}
}
