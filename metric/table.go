package metric

import "math"

var infinite = math.Inf(1)

// Loss stands for what training makes small, which is measured there and not
// from predictions: it has no accumulator, and no set takes it. It is below 0
// only where an objective says so.
var Loss = Metric{
	Name: "loss", Doc: "what training makes small: the mean over rows, without penalties",
	Hi: infinite, Fits: func(Spec) error { return nil },
}

// builtin are the metrics that come with the package, in the order in which
// reports show them. Each is one row, and nothing else in the project lists
// them.
//
// Where scikit-learn has the same, its function is named with what differs.
var builtin = []Metric{
	{
		// accuracy_score.
		Name: "accuracy", Doc: "share of rows whose likeliest class is right",
		Higher: true, Unit: Percent, Hi: 1, Share: true,
		Fits: OnClasses, New: OfClassification((*Classification).Accuracy),
	}, {
		// accuracy_score.
		Name: "subset_accuracy", Alike: true, Doc: "share of rows whose labels are all right",
		Higher: true, Unit: Percent, Hi: 1, Share: true,
		Fits: OnLabels, New: OfMultiLabel((*MultiLabel).SubsetAccuracy),
	}, {
		// balanced_accuracy_score.
		Name: "balanced_accuracy", Doc: "mean over the classes that occur of the share of their rows that is found",
		Higher: true, Unit: Percent, Hi: 1,
		Fits: OnClasses, New: OfClassification((*Classification).BalancedAccuracy),
	},
	TopK(5),
	{
		// hamming_loss.
		Name: "hamming_loss", Alike: true, Doc: "share of answers to labels that are wrong",
		Unit: Percent, Hi: 1,
		Fits: OnLabels, New: OfMultiLabel((*MultiLabel).HammingLoss),
	}, {
		// f1_score, average="macro"; labels that do not occur are left out.
		Name: "f1", Doc: "mean over classes or labels of 2·precision·recall/(precision + recall)",
		Higher: true, Hi: 1, Fits: onClassesOrLabels, Needs: someLabel,
		New: ofEither((*Classification).MacroF1, (*MultiLabel).MacroF1),
	}, {
		// f1_score, average="micro".
		Name: "micro_f1", Alike: true, Doc: "F1 of the answers to all labels taken together",
		Higher: true, Hi: 1, Fits: OnLabels, Needs: someLabel,
		New: OfMultiLabel((*MultiLabel).MicroF1),
	}, {
		// precision_score, average="macro"; labels that do not occur are left out.
		Name: "precision", Doc: "mean over classes or labels of the share of their predictions that is right",
		Higher: true, Hi: 1, Fits: onClassesOrLabels, Needs: someLabel,
		New: ofEither((*Classification).Precision, (*MultiLabel).Precision),
	}, {
		// recall_score, average="macro"; labels that do not occur are left out.
		Name: "recall", Doc: "mean over classes or labels of the share of their rows that is found",
		Higher: true, Hi: 1, Fits: onClassesOrLabels, Needs: someLabel,
		New: ofEither((*Classification).Recall, (*MultiLabel).Recall),
	}, {
		// roc_auc_score; of labels average="macro", without those that all rows
		// have or none.
		Name: "auroc", Alike: true, Doc: "chance that a row of class 1, or with a label, scores higher than another",
		Higher: true, Hi: 1, Fits: onTwoClassesOrLabels, Needs: bothSides,
		New: ofEither((*Classification).AUROC, (*MultiLabel).AUROC),
	}, {
		// roc_auc_score, multi_class="ovr", average="macro". Keeps 8 bytes for
		// every row and class.
		Name: "auroc_ovr", Alike: true, Title: "auroc, one against the rest", Doc: "mean over classes of the chance that a row of the class scores higher for it than another",
		Higher: true, Hi: 1, Fits: OnClasses, Needs: everyClass,
		New: rankingRows.Read((*ranking).auroc),
	}, {
		// average_precision_score; of labels average="macro", without those that
		// no row has.
		Name: "average_precision", Alike: true, Doc: "mean precision over the recalls of class 1, or of each label, from the surest prediction down",
		Higher: true, Hi: 1, Fits: onTwoClassesOrLabels, Needs: bothSides,
		New: ofEither((*Classification).AveragePrecision, (*MultiLabel).AveragePrecision),
	}, {
		// matthews_corrcoef.
		Name: "mcc", Alike: true, Title: "matthews correlation", Doc: "correlation of labels and predictions: 1 is perfect, 0 chance",
		Higher: true, Lo: -1, Hi: 1, Fits: OnClasses, Needs: twoOccur,
		New: OfClassification((*Classification).Matthews),
	}, {
		// cohen_kappa_score, weights="quadratic".
		Name: "kappa", Title: "quadratic kappa", Doc: "Cohen's κ with quadratic weights, of classes in order: 1 is perfect, 0 chance",
		Higher: true, Lo: -1, Hi: 1, Fits: OnClasses, Needs: twoOccur,
		New: OfClassification((*Classification).Kappa),
	}, {
		// mean_absolute_error of the numbers of classes.
		Name: "rank_error", Doc: "mean of how many classes the answer is off, of classes in order",
		Hi: infinite, Fits: OnClasses, New: OfClassification((*Classification).RankError),
	}, {
		// log_loss, which clips probabilities and scales rows to a sum of 1. Of
		// labels the mean over them, too, which scikit-learn lacks.
		Name: "log_loss", Doc: "mean of -log p of the right class or answer, in nats; infinite where p is 0",
		Unit: Nats, Hi: infinite, Fits: onClassesOrLabels,
		New: ofEither((*Classification).LogLoss, (*MultiLabel).LogLoss),
	}, {
		// brier_score_loss of two classes, and of labels the mean of it over them. Of
		// more classes the sum over them, as Brier (1950) has it.
		Name: "brier", Title: "brier score", Doc: "mean squared distance of the probabilities from the truth: of class 1 where there are two, else the sum over classes, or the mean over labels",
		Hi: 2, Fits: onClassesOrLabels, New: ofBrier,
	}, {
		// Not in scikit-learn. Source: Guo et al., ICML 2017, arXiv:1706.04599,
		// equation 3, with 15 bins of equal width.
		Name: "ece", Alike: true, Title: "calibration error", Doc: "how far the probability of the likeliest class, or of each label, is from how often it is right, in 15 bins",
		Unit: Percent, Hi: 1, Fits: onClassesOrLabels,
		New: reliabilityRows.Read((*Reliability).ExpectedError),
	}, {
		// r2_score.
		Name: "r2", Doc: "share of the variance that is explained: 1 - Σ(pred - want)²/Σ(want - mean)², the mean over targets",
		Higher: true, Lo: -infinite, Hi: 1, Fits: OnNumbers, Needs: varied,
		New: OfRegression((*Regression).R2),
	}, {
		// mean_absolute_error.
		Name: "mae", Doc: "mean of |pred - want|",
		Unit: TargetUnit, Hi: infinite, Fits: OnNumbers, New: OfRegression((*Regression).MAE),
	}, {
		// median_absolute_error. Keeps 8 bytes for every value.
		Name: "median_ae", Alike: true, Title: "median absolute error", Doc: "median of |pred - want|, the mean over targets",
		Unit: TargetUnit, Hi: infinite, Fits: OnNumbers, New: absoluteRows.Read((*absolutes).median),
	}, {
		// mean_absolute_percentage_error, which divides by 2⁻⁵² where the target
		// is 0.
		Name: "mape", Title: "mean relative error", Doc: "mean of |pred - want|/|want|; infinite where a target of 0 is missed",
		Unit: Percent, Hi: infinite, Fits: OnNumbers, Needs: noZeros, New: MeanOf(relative),
	}, {
		// mean_squared_error.
		Name: "mse", Doc: "mean of (pred - want)²",
		Unit: TargetUnitSquared, Hi: infinite, Fits: OnNumbers, New: OfRegression((*Regression).MSE),
	}, {
		// root_mean_squared_error.
		Name: "rmse", Doc: "root of the mean of (pred - want)², the mean over targets",
		Unit: TargetUnit, Hi: infinite, Fits: OnNumbers, New: OfRegression((*Regression).RMSE),
	},
	{
		// Not in scikit-learn. Source: Hyndman and Koehler, International Journal
		// of Forecasting 22 (2006) 679, with a season as the step of the naive
		// forecast.
		Name: "mase", Title: "scaled error", Doc: "mean absolute error of a forecast divided by that of repeating the season before over the training part, the mean over targets; below 1 is better than that",
		Hi: infinite, Fits: OnForecasts, New: scaledError,
	},
	Quantile(0.9),
	{
		// mean_poisson_deviance, which refuses what is not above 0.
		Name: "poisson_deviance", Doc: "mean of 2(want·log(want/pred) - want + pred), of counts: 0 is perfect; infinite where 0 is predicted and not wanted",
		Hi: infinite, Fits: OnNumbers, Needs: noNegatives, New: MeanOf(poissonDeviance),
	},
}

// Usual returns what a report shows unless other metrics are asked for.
func Usual(s Spec) []Metric {
	switch {
	case s.Tokens:
		return pick("accuracy")
	case s.Scales != nil:
		return pick("mse", "mae", "mase")
	case s.Kind == Numbers:
		return pick("mse", "mae", "r2")
	case s.Kind == Labels:
		return pick("f1", "micro_f1", "subset_accuracy", "hamming_loss")
	case s.two():
		return pick("accuracy", "balanced_accuracy", "f1", "auroc")
	}
	return pick("accuracy", "balanced_accuracy", "f1")
}

// Ordered returns what a report shows beside the usual metrics of classes that have an
// order.
func Ordered() []Metric { return pick("kappa", "rank_error") }

// ofTarget are those of [Usual] of one target among several.
var ofTarget = map[string]func(Target) float64{
	"mse": func(t Target) float64 { return t.MSE },
	"mae": func(t Target) float64 { return t.MAE },
	"r2":  func(t Target) float64 { return t.R2 },
}

// Main returns the one of them that is shown where there is room for one.
func Main(s Spec) Metric {
	switch s.Kind {
	case Numbers:
		if s.Scales != nil {
			return pick("mse")[0]
		}
		return pick("r2")[0]
	case Labels:
		return pick("f1")[0]
	}
	return pick("accuracy")[0]
}

func pick(names ...string) (out []Metric) {
	for _, name := range names {
		out = append(out, builtin[named(builtin, name)])
	}
	return out
}
