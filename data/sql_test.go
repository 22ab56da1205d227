package data

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// answer is a database that gives these rows to every query.
type answer struct {
	names, types []string
	rows         func(i int) []driver.Value // nil: the end
	fails        error                      // in place of the end
	closed       int
	at           int
}

func (a *answer) Connect(context.Context) (driver.Conn, error) { return a, nil }
func (a *answer) Driver() driver.Driver                        { return nil }
func (a *answer) Prepare(string) (driver.Stmt, error)          { return a, nil }
func (a *answer) Begin() (driver.Tx, error)                    { return nil, errors.New("not here") }
func (a *answer) NumInput() int                                { return 0 }
func (a *answer) Exec([]driver.Value) (driver.Result, error)   { return nil, errors.New("not here") }
func (a *answer) Query([]driver.Value) (driver.Rows, error)    { a.at = 0; return (*answerRows)(a), nil }
func (a *answer) Close() error                                 { return nil }

type answerRows answer

func (r *answerRows) Columns() []string                       { return r.names }
func (r *answerRows) ColumnTypeDatabaseTypeName(i int) string { return r.types[i] }
func (r *answerRows) Close() error                            { r.closed++; return nil }
func (r *answerRows) Next(to []driver.Value) error {
	row := r.rows(r.at)
	if r.at++; row == nil {
		if r.fails != nil {
			return r.fails
		}
		return io.EOF
	}
	copy(to, row)
	return nil
}

// query asks a database that gives these rows.
func (a *answer) query(t *testing.T) *sql.Rows {
	t.Helper()
	db := sql.OpenDB(a)
	t.Cleanup(func() { db.Close() })
	rows, err := db.Query("SELECT")
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestQuery(t *testing.T) {
	berlin := time.FixedZone("", 7200)
	day := time.Date(2024, 2, 28, 23, 30, 0, 0, berlin)
	a := &answer{
		names: []string{"age", "price", "city", "member", "since", "moment", "opens", "blob", "code", "none", "note", "y"},
		types: []string{"INTEGER", "NUMERIC", "VARCHAR", "BOOL", "DATE", "TIMESTAMPTZ", "TIME", "BLOB", "TEXT", "TEXT", "INTEGER", "FLOAT8"},
		rows: func(i int) []driver.Value {
			if i == 60 {
				return nil
			}
			row := []driver.Value{
				int64(i * 7 % 31), fmt.Sprintf("%d.50", i*i%47), []byte{'a' + byte(i%3)}, i%2 == 0, day.AddDate(0, 0, i), day.Add(time.Duration(i) * time.Hour),
				time.Date(0, 1, 1, i%24, 5, 0, 0, time.UTC), []byte{255, byte(i)}, fmt.Sprintf("%02d.%02d.2024", 1+i%28, 1+i%12), nil, int64(i % 5), float64(i) / 4,
			}
			if i%10 == 3 {
				row[0], row[1], row[10] = nil, nil, "unknown"
			}
			return row
		},
	}
	table, err := FromRows(a.query(t), CSVConfig{Targets: []string{"y"}})
	if err != nil {
		t.Fatal(err)
	}
	if table.Len() != 60 || a.closed != 1 || table.Spec().Name != "query" {
		t.Errorf("%d rows of %q, closed %d times", table.Len(), table.Spec().Name, a.closed)
	}
	for column, want := range map[string]string{
		"age": "number mean", "price": "number mean", "city": "category 3 levels", "member": "category 2 levels", "since": "date year-month-day", "moment": "date year-month-day",
		"opens": "date times of day", "blob": "dropped holds bytes that are no text", "code": "date day/month/year", "none": "dropped holds no values", "note": "number",
	} {
		found := false
		for _, c := range table.Spec().Encoder.Columns {
			if c.Name == column {
				found = strings.Contains(c.Kind+" "+c.detail(), want)
			}
		}
		if !found {
			t.Errorf("%s is not %q:\n%s", column, want, table)
		}
	}
	if cell := table.grid.Cell(0, 5); cell != "2024-02-28 21:30:00" { // a moment, in UTC
		t.Error(cell)
	}
	if cell := table.grid.Cell(0, 4); cell != "2024-02-28 23:30:00" { // a wall clock
		t.Error(cell)
	}
	again, err := table.Spec().Encoder.EncodeRows(a.query(t))
	if err != nil {
		t.Fatal(err)
	}
	x, y := readAll(t, table)
	x2, y2 := readAll(t, again)
	if fmt.Sprint(x, y) != fmt.Sprint(x2, y2) {
		t.Error("the same rows are encoded otherwise")
	}
}

// TestQueryFaults asks that what is wrong with a query is said.
func TestQueryFaults(t *testing.T) {
	three := func(v any) func(i int) []driver.Value {
		return func(i int) []driver.Value {
			if i == 3 {
				return nil
			}
			return []driver.Value{int64(i), v}
		}
	}
	lost := errors.New("connection lost")
	for _, test := range []struct {
		a    *answer
		want string
	}{
		{&answer{names: []string{"a", "y"}, types: []string{"", ""}, rows: three("x"), fails: lost}, "data: the query, row 4: connection lost"},
		{&answer{names: []string{"a", "a"}, types: []string{"", ""}, rows: three("x")}, `columns 1 and 2 are both named "a"; give one another name by AS`},
		{&answer{names: []string{"a", ""}, types: []string{"", ""}, rows: three("x")}, `column 2 is named ""`},
		{&answer{names: []string{"a", "y"}, types: []string{"", ""}, rows: three([]int{1})}, "data: the query, row 1: column \"y\": [1] is a []int"},
		{&answer{names: []string{"a", "y"}, types: []string{"", ""}, rows: func(int) []driver.Value { return nil }}, "no rows"},
		{&answer{names: []string{"a", "y"}, types: []string{"", ""}, rows: three([]byte{255})}, `column "y" cannot be used: it holds bytes that are no text`},
	} {
		_, err := FromRows(test.a.query(t), CSVConfig{Targets: []string{"y"}})
		if err == nil || !strings.Contains(err.Error(), test.want) || test.a.closed != 1 {
			t.Errorf("%v, closed %d times; want %q", err, test.a.closed, test.want)
		}
		if test.a.fails != nil && !errors.Is(err, test.a.fails) {
			t.Errorf("%v does not wrap %v", err, test.a.fails)
		}
	}
	if _, err := FromRows(nil, CSVConfig{}); err == nil || !strings.Contains(err.Error(), "did it fail?") {
		t.Error(err)
	}
}

// TestQueryIsCanceled stops a query within its rows.
func TestQueryIsCanceled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	a := &answer{names: []string{"a", "y"}, types: []string{"", ""}}
	a.rows = func(i int) []driver.Value {
		if i == 5 {
			cancel()
			time.Sleep(10 * time.Millisecond)
		}
		return []driver.Value{int64(i), int64(i % 2)}
	}
	db := sql.OpenDB(a)
	defer db.Close()
	rows, err := db.QueryContext(ctx, "SELECT")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := FromRows(rows, CSVConfig{Targets: []string{"y"}}); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "data: the query, row ") {
		t.Error(err)
	}
}
