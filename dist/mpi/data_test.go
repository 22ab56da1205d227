//go:build linux && (amd64 || arm64)

package mpi

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"descent/data"
	"descent/dist"
	"descent/nn"
	"descent/train"
)

// muchLimit is GOMEMLIMIT of a process that trains on a file of four times as many bytes.
const muchLimit = 16 << 20

// theTable names the file.
const theTable = "DESCENT_MPI_TABLE"

// TestMoreThanMemory: processes train on a file of four times the memory that each may
// take, to the bits of one alone without a limit. The one that reads it holds little of
// it, and the other next to nothing.
func TestMoreThanMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes and reads 64 MB")
	}
	table := filepath.Join(t.TempDir(), "much.csv")
	writeMuch(t, table)
	t.Setenv(theTable, table)
	want, err := much(nil)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(t *testing.T, i implementation) {
		out, err := i.launch(t, 2, "much", "GOMEMLIMIT="+strconv.Itoa(muchLimit))
		if err != nil || strings.Count(out, "weights "+want+"\n") != 2 {
			t.Fatalf("%v, want %s\n%s", err, want, out)
		}
		for rank, most := range []int64{2 * muchLimit, 2 * muchLimit} { // 15 and 12 MiB were measured
			_, rest, _ := strings.Cut(out, fmt.Sprintf("rank %d holds ", rank))
			var held int64
			if _, err := fmt.Sscan(rest, &held); err != nil || held > most {
				t.Errorf("rank %d holds %d bytes at most, want no more than %d; %v", rank, held, most, err)
			}
			t.Logf("rank %d holds %d MiB", rank, held>>20)
		}
	})
}

// writeMuch writes numbers and a target until the file is large enough.
func writeMuch(t *testing.T, path string) {
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w := bufio.NewWriter(file)
	const columns = 40
	for i := range columns {
		fmt.Fprintf(w, "x%d,", i)
	}
	fmt.Fprintln(w, "y")
	r := rand.New(rand.NewPCG(1, 2))
	for written := 0; written < 4*muchLimit; {
		line := make([]byte, 0, 1<<10)
		for range columns {
			line = append(strconv.AppendFloat(line, r.NormFloat64(), 'f', 8, 64), ',')
		}
		line = append(strconv.AppendFloat(line, r.NormFloat64(), 'f', 4, 64), '\n')
		w.Write(line)
		written += len(line)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
}

// much trains on the file, and returns the hash of the weights.
func much(g dist.Group) (string, error) {
	parts, err := data.Share(g, func() (data.Parts, error) {
		table, err := data.Open(os.Getenv(theTable), data.CSVConfig{Targets: []string{"y"}})
		if err != nil {
			return data.Parts{}, err
		}
		return data.Split(table, data.SplitConfig{})
	})
	if err != nil {
		return "", err
	}
	trainer, err := train.New(nn.Dense{Units: 1}, parts.Train.Spec(), train.Config{Group: g, Workers: 1, BatchSize: 256, MicroBatch: 32, Epochs: 1, Seed: 1})
	if err != nil {
		return "", err
	}
	defer trainer.Close()
	m, err := trainer.Fit(context.Background(), parts.Train, parts.Validation)
	if err != nil {
		return "", err
	}
	return m.SHA256(), nil
}

// holdsMuch is what each process does.
func holdsMuch(w *World) error {
	var most atomic.Int64 // bytes of memory that stand in no file
	stop := make(chan struct{})
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
			}
			status, _ := os.ReadFile("/proc/self/status")
			_, rest, _ := strings.Cut(string(status), "RssAnon:")
			var kilobytes int64
			if fmt.Sscan(rest, &kilobytes); kilobytes<<10 > most.Load() {
				most.Store(kilobytes << 10)
			}
		}
	}()
	hash, err := much(w)
	close(stop)
	if err == nil {
		fmt.Printf("rank %d holds %d bytes\nweights %s\n", w.Rank(), most.Load(), hash)
	}
	return err
}
