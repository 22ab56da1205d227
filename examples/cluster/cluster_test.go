// Package cluster holds job files for clusters, and this test of them.
package cluster

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// mpiJob is what the file uses of Kubeflow's API v2beta1; what it does not know is a fault.
type mpiJob struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string
	Metadata   struct{ Name string }
	Spec       struct {
		SlotsPerWorker         int    `yaml:"slotsPerWorker"`
		MPIImplementation      string `yaml:"mpiImplementation"`
		SSHAuthMountPath       string `yaml:"sshAuthMountPath"`
		LauncherCreationPolicy string `yaml:"launcherCreationPolicy"`
		RunPolicy              struct {
			CleanPodPolicy string `yaml:"cleanPodPolicy"`
			BackoffLimit   int    `yaml:"backoffLimit"`
		} `yaml:"runPolicy"`
		MPIReplicaSpecs map[string]struct {
			Replicas      int
			RestartPolicy string `yaml:"restartPolicy"`
			Template      struct {
				Spec struct {
					Containers []container
					Volumes    []struct {
						Name                  string
						PersistentVolumeClaim struct {
							ClaimName string `yaml:"claimName"`
						} `yaml:"persistentVolumeClaim"`
					}
				}
			}
		} `yaml:"mpiReplicaSpecs"`
	}
}

type container struct {
	Name, Image     string
	SecurityContext struct {
		RunAsUser int `yaml:"runAsUser"`
	} `yaml:"securityContext"`
	Command, Args []string
	Resources     struct{ Limits map[string]string }
	VolumeMounts  []struct {
		Name      string
		MountPath string `yaml:"mountPath"`
	} `yaml:"volumeMounts"`
}

func TestMPIJob(t *testing.T) {
	text, err := os.ReadFile("mpijob.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var j mpiJob
	d := yaml.NewDecoder(bytes.NewReader(text))
	d.KnownFields(true)
	if err := d.Decode(&j); err != nil {
		t.Fatal(err)
	}
	launcher, worker := j.Spec.MPIReplicaSpecs["Launcher"], j.Spec.MPIReplicaSpecs["Worker"]
	runs, serves := launcher.Template.Spec.Containers, worker.Template.Spec.Containers
	if len(j.Spec.MPIReplicaSpecs) != 2 || len(runs) != 1 || len(serves) != 1 || len(worker.Template.Spec.Volumes) != 1 || len(serves[0].VolumeMounts) != 1 {
		t.Fatalf("%+v", j)
	}
	args := strings.Join(runs[0].Args, " ")
	for what, holds := range map[string]bool{
		"API and kind":              j.APIVersion == "kubeflow.org/v2beta1" && j.Kind == "MPIJob" && j.Metadata.Name != "",
		"implementation":            j.Spec.MPIImplementation == "OpenMPI",
		"policies":                  slices.Contains([]string{"AtStartup", "WaitForWorkersReady"}, j.Spec.LauncherCreationPolicy) && slices.Contains([]string{"None", "Running", "All"}, j.Spec.RunPolicy.CleanPodPolicy),
		"it is started again":       launcher.RestartPolicy == "OnFailure" && j.Spec.RunPolicy.BackoffLimit > 0 && strings.Contains(args, "--resume=auto"),
		"one launcher":              launcher.Replicas == 1,
		"a rank a slot":             j.Spec.SlotsPerWorker == 1 && strings.HasPrefix(args, "-np 4 ") && worker.Replicas == 4,
		"one image":                 runs[0].Image == serves[0].Image && runs[0].Image != "",
		"the volume is mounted":     worker.Template.Spec.Volumes[0].Name == serves[0].VolumeMounts[0].Name && strings.Contains(args, "--wdir "+serves[0].VolumeMounts[0].MountPath+" "),
		"limits of a worker":        serves[0].Resources.Limits["cpu"] != "" && serves[0].Resources.Limits["memory"] != "",
		"keys are where SSH looks":  j.Spec.SSHAuthMountPath == "/home/mpiuser/.ssh",
		"the command is of the job": slices.Equal(runs[0].Command, []string{"mpirun"}) && strings.Contains(args, " descent-mpi train "),
	} {
		if !holds {
			t.Errorf("not so: %s", what)
		}
	}
	image, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{serves[0].Args[len(serves[0].Args)-1], j.Spec.SSHAuthMountPath + "/id_rsa", "--uid 1000", "./cmd/descent-mpi"} {
		if !strings.Contains(string(image), want) {
			t.Errorf("the Dockerfile has no %s", want)
		}
	}
}

func TestSlurmScript(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("no bash")
	}
	if out, err := exec.Command("bash", "-n", "train.sbatch").CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
	if _, err := exec.LookPath("shellcheck"); err != nil {
		t.Log("no shellcheck: the script is only parsed")
		return
	}
	if out, err := exec.Command("shellcheck", "train.sbatch").CombinedOutput(); err != nil {
		t.Errorf("%s", out)
	}
}
