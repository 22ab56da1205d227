package metric_test

import (
	"fmt"
	"log"
	"math"

	"descent/metric"
)

// A metric of one's own is a value, and MeanOf gathers what every row
// contributes. metric.Register(within10), in an init function, would make it
// known by its name to settings and saved runs.
func Example() {
	within10 := metric.Metric{
		Name: "within10", Title: "within 10 %", Doc: "share of rows predicted within 10 % of the target",
		Higher: true, Unit: metric.Percent, Hi: 1, Share: true,
		Fits: metric.OnNumbers,
		New: metric.MeanOf(func(prediction, target []float64) float64 {
			for i, want := range target {
				if !(math.Abs(prediction[i]-want) <= 0.1*math.Abs(want)) { // nor is a NaN
					return 0
				}
			}
			return 1
		}),
	}
	mae, err := metric.ByName("mae")
	if err != nil {
		log.Fatal(err)
	}
	price := metric.Spec{Kind: metric.Numbers, Names: []string{"price"}}
	set, err := metric.NewSet(price, within10, mae)
	if err != nil {
		log.Fatal(err)
	}
	if err := set.Add([]float64{95, 210, 260, 400}, []float64{100, 200, 300, 400}); err != nil {
		log.Fatal(err)
	}
	for _, m := range set.Metrics() {
		times, sign := m.Unit.Scale()
		fmt.Printf("%s: %g%s\n", m.Label(), times*set.Value(m.Name), sign)
	}
	// Output:
	// within 10 %: 75%
	// mae: 13.75
}

// What a Classification gathers serves metrics of one's own, too, and is
// shared with those of the package.
func ExampleOfClassification() {
	worst := metric.Metric{
		Name: "worst_recall", Doc: "the smallest recall of a class",
		Higher: true, Unit: metric.Percent, Hi: 1,
		Fits: metric.OnClasses,
		New: metric.OfClassification(func(c *metric.Classification) float64 {
			least := math.NaN()
			for _, k := range c.Classes() {
				if k.Rows > 0 && !(k.Recall >= least) {
					least = k.Recall
				}
			}
			return least
		}),
	}
	animals := metric.Spec{Kind: metric.Classes, Names: []string{"cat", "dog", "owl"}}
	set, err := metric.NewSet(animals, append(metric.Usual(animals), worst)...)
	if err != nil {
		log.Fatal(err)
	}
	predictions := []float64{
		0.8, 0.1, 0.1,
		0.6, 0.3, 0.1,
		0.1, 0.7, 0.2,
		0.2, 0.2, 0.6,
	}
	if err := set.Add(predictions, []float64{0, 1, 1, 2}); err != nil {
		log.Fatal(err)
	}
	for _, m := range set.Metrics() {
		fmt.Printf("%s %.3f\n", m.Label(), set.Value(m.Name))
	}
	fmt.Print(set.Classification().Summary())
	// Output:
	// accuracy 0.750
	// balanced accuracy 0.833
	// f1 0.778
	// worst recall 0.500
	//          precision    recall        F1      rows
	// cat          0.500     1.000     0.667         1
	// dog          1.000     0.500     0.667         2
	// owl          1.000     1.000     1.000         1
	// macro        0.833     0.833     0.778         4
	// weighted     0.875     0.750     0.750         4
	// micro        0.750     0.750     0.750         4
}
