package settings

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"descent/optim"
	"descent/schedule"
	"descent/train"
)

// TestRowsAreWhole keeps a promise: a row says all of its setting, and what it
// says is so.
func TestRowsAreWhole(t *testing.T) {
	flags := map[string]string{}
	for _, row := range table {
		if row.usage == "" || row.check == nil && row.fill == nil || row.start == "" || row.group == "" {
			t.Errorf("%s lacks its usage, its check, its place in the start text or its group", row.key)
		}
		if other, taken := flags[row.Flag()]; taken {
			t.Errorf("%s and %s have one flag, --%s", row.key, other, row.Flag())
		}
		flags[row.Flag()] = row.key
		if row.at == nil && row.fill == nil {
			t.Errorf("%s is kept as text, and nothing reads it", row.key)
		}
		if row.start == Silent && row.resume != free {
			t.Errorf("the start of a run says nothing of %s, on which its bits depend", row.key)
		}
		if strings.HasPrefix(row.key, section) {
			continue // see TestEveryHyperparameterIsKept
		}
		original, changed := Default(), changedSettings(t, row)
		if row.start != Told && row.start != Silent {
			has(t, strings.Join(changed.InWords(row.start), ", "), row.Text(&changed))
		}
		for _, field := range differing(t, &original, &changed) {
			f, _ := reflect.TypeFor[train.Config]().FieldByName(field)
			if same := f.Tag.Get("bits") == "same"; same != (row.resume != keeps) && field != "Checkpoints" {
				t.Errorf("%s fills %s, whose tag and its own resume do not agree", row.key, field)
			}
		}
	}
}

// changedSettings are the default ones but for one, which has a value that is
// right and another than its default.
func changedSettings(t *testing.T, row Setting) Settings {
	for _, text := range []string{
		"0.5", "3", "true", "file", "skip", "2e", "90s", "6:0.5", "byte", "0.01:0.5", "ema:0.9", "l2", "flip", "mlp:3", "tanh", "zeros", "balanced",
		"new", "temperature", "mae", "regression", "60/20/20", "accuracy", "beta1=dip", "w:freeze", "step:every=2,factor=0.5", "gray", "8x8", "last", "a", "none", "fp=1,fn=5",
		"imagenet", "1,2,3", "bgr", "map.txt", "fast",
	} {
		original, s := Default(), Default()
		s.InitFrom = choose(row.key == "head", "run", "") // without which there is none
		if row.key == "init_map" {
			s.InitFrom = "weights.npz" // likewise
		}
		if row.key == "std" {
			s.Mean, original.Mean = "0.5", "0.5" // beside which it stands
		}
		s.Bag = choose(row.key == "folds", 6, 0) // likewise
		if slices.Contains([]string{"window", "horizon", "season", "known"}, row.key) {
			s.Task = forecast // likewise
			original.Task = forecast
		}
		if row.Set(&s, text) == nil && row.Text(&s) != row.Text(&original) && s.Check() == nil {
			return s
		}
	}
	t.Fatalf("no example is a value of %s", row.key)
	return Settings{}
}

// differing names the fields of the configuration that differ.
func differing(t *testing.T, a, b *Settings) (names []string) {
	var x, y train.Config
	units := schedule.Units{StepsPerEpoch: 10, TotalSteps: 100}
	for s, c := range map[*Settings]*train.Config{a: &x, b: &y} {
		if err := s.configure(c, units); err != nil {
			t.Fatal(err)
		}
	}
	v, w := reflect.ValueOf(x), reflect.ValueOf(y)
	for i := range v.NumField() {
		if !reflect.DeepEqual(v.Field(i).Interface(), w.Field(i).Interface()) {
			names = append(names, v.Type().Field(i).Name)
		}
	}
	return names
}

// TestOnePlace: a setting of the trainer alone, and a hyperparameter, is named in
// its row and nowhere else: no other file lists settings by hand.
func TestOnePlace(t *testing.T) {
	named := map[string]bool{} // those of the trainer alone
	var s Settings
	inside := func(field any) bool {
		v := reflect.ValueOf(field)
		low, size := reflect.ValueOf(&s.Train).Pointer(), reflect.TypeFor[train.Config]().Size()
		return v.Kind() == reflect.Pointer && v.Pointer() >= low && v.Pointer() < low+size
	}
	for _, row := range table {
		if _, isHyper := row.field(&s).(hyper); row.at == nil || isHyper || inside(row.field(&s)) {
			named[row.key], named[row.Flag()] = true, true
		}
	}
	for _, h := range optim.Hyperparameters() {
		if !elsewhere(h.Key) {
			named[h.Key] = true
		}
	}
	for _, known := range []string{"order", "max_norm", "checkpoint_keep", "min_step"} {
		if !named[known] {
			t.Errorf("%s is not told to be of the trainer alone", known)
		}
	}
	other := map[string][]string{ // where the same word is something else, or is meant
		"seed":          {"cli/finish.go", "cli/explain.go", "cli/generate.go", "trials/"},
		"steps":         {"trials/compare_page.go", "cli/bench_block.go", "settings/parse.go"}, // a heading, what bench measures, a unit of a split
		"momentum":      {"settings/rule.go", "settings/job.go", "cli/compare.go"},             // sgd with it is another rule
		"eps":           {"settings/words.go"},
		"workers":       {"cli/bench"},
		"average":       {"settings/average.go"}, // in its errors
		"max_dim":       {"bench/updates.go"},
		"freeze":        {"settings/groups.go"},
		"order":         {"settings/text.go"}, // that of lines
		"clip_adaptive": {"settings/groups.go"},
	}
	for path, file := range codeOf(t, "../../internal", "../../cmd") {
		short := strings.TrimPrefix(filepath.ToSlash(path), "../../internal/")
		if strings.HasPrefix(short, "settings/rows_") {
			continue
		}
		near := slices.Contains([]string{"settings", "cli", "trials"}, strings.Split(short, "/")[0])
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok {
				return true
			}
			word := strings.TrimPrefix(literal(lit), "--")
			known := slices.ContainsFunc(other[word], func(prefix string) bool { return strings.HasPrefix(short, prefix) })
			if named[word] && !known && (near || strings.Contains(word, "_")) {
				t.Errorf("%s names %s; a setting is one row", path, word)
			}
			return true
		})
	}
}

func literal(n *ast.BasicLit) string {
	text, err := strconv.Unquote(n.Value)
	if n.Kind != token.STRING || err != nil {
		return ""
	}
	return text
}

// codeOf parses all code in folders but tests.
func codeOf(t *testing.T, folders ...string) map[string]*ast.File {
	files := map[string]*ast.File{}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "_asm") {
				return err
			}
			files[path], err = parser.ParseFile(token.NewFileSet(), path, nil, 0)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
