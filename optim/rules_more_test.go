package optim

var more = []row{
	{
		rule: NewRprop(), describe: "rprop up=1.2 down=0.5 min_step=0.0001 max_step=5000", rate: 0.01, theta: 14, state: 3.6, descent: 0.1,
		bad:   []Rule{Rprop{}, Rprop{1.2, 1, 1e-4, 10}, Rprop{1.2, 0.5, 2, 10}, Rprop{1.2, 0.5, 0.1, 0.5}},
		names: []string{"Up", "Down", "Min", "Max"},
		wrong: []Rule{stepsBack, stepsAnyway, NewSGD()},
	},
	{
		rule: NewAdaDelta(), describe: "adadelta rho=0.9 eps=1e-06", rate: 1, theta: 3, state: 9, descent: 5,
		bad: []Rule{AdaDelta{}, AdaDelta{1, 1e-6}}, names: []string{"Eps", "Rho"},
		wrong: []Rule{deltaOutside, deltaOfNew, rateInDelta},
	},
	{
		rule: NewAMSGrad(), describe: "amsgrad beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.001, theta: 4, state: 6, descent: 0.05,
		bad: []Rule{AMSGrad{}, AMSGrad{1, 0.999, 1e-8}}, names: []string{"Eps", "Beta1"},
		wrong: []Rule{maxOfCorrected, NewAdam()},
	},
	{
		rule: NewAdaMax(), describe: "adamax beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.002, theta: 4, state: 3.2, descent: 0.05,
		bad: []Rule{AdaMax{}, AdaMax{0.9, 1, 1e-8}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{correctedNorm, rawFirst, epsOnGradient},
	},
	{
		rule: NewNAdam(), describe: "nadam beta1=0.9 beta2=0.999 eps=1e-08 momentum_decay=0.004", rate: 0.002, theta: 4, state: 6, descent: 0.05,
		bad: []Rule{NAdam{}, NAdam{0.9, 0.999, 1e-8, -1}}, names: []string{"Eps", "Psi"},
		wrong: []Rule{doubledProduct, muOfNow, constantMu},
	},
	{
		rule: NewRAdam(), describe: "radam beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.001, theta: 4.5, state: 6, descent: 0.05,
		bad: []Rule{RAdam{}, RAdam{0.9, 1, 1e-8}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{epsOnCorrected, trustsEarly, NewAdam()},
	},
	{
		rule: NewAdan(), describe: "adan beta1=0.98 beta2=0.92 beta3=0.99 eps=1e-08", rate: 0.001, theta: 4, state: 3, descent: 0.05,
		bad: []Rule{Adan{}, Adan{0.98, 0.92, 1, 1e-8}}, names: []string{"Eps", "Beta3"},
		wrong: []Rule{differenceFrom0, complements},
	},
	{
		rule: NewAdaBelief(), describe: "adabelief beta1=0.9 beta2=0.999 eps=1e-16", rate: 0.001, theta: 13, state: 6, descent: 0.05,
		bad: []Rule{AdaBelief{}, AdaBelief{0.9, 0.999, 1e-40}}, names: []string{"Eps", "Eps"},
		wrong: []Rule{beliefOfOld, epsOnce, NewAdam()},
	},
	{
		rule: NewYogi(), describe: "yogi beta1=0.9 beta2=0.999 eps=0.001", rate: 0.01, theta: 3.2, state: 2.1, descent: 0.05,
		bad: []Rule{Yogi{}, Yogi{0.9, 1, 1e-3}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{reversedSign, uncorrectedYogi, Adam{0.9, 0.999, 1e-3}},
	},
	{
		rule: NewAdEMAMix(), describe: "ademamix beta1=0.9 beta2=0.999 beta3=0.9999 alpha=5 eps=1e-08 weight_decay=0 mix_warmup=0", rate: 0.001, theta: 5, state: 9, descent: 0.5,
		bad:   []Rule{AdEMAMix{}, AdEMAMix{Beta1: 0.9, Beta3: 0.5, Eps: 1e-8, Warmup: 5}, AdEMAMix{Beta3: 0.5, Eps: 1e-8, Warmup: 5}},
		names: []string{"Eps", "Beta3", "Beta3"},
		wrong: []Rule{correctedSlow, NewAdam()},
	},
	{
		rule: NewADOPT(), describe: "adopt beta1=0.9 beta2=0.9999 eps=1e-06", rate: 0.001, theta: 7.5, state: 19, descent: 0.05,
		bad: []Rule{ADOPT{}, ADOPT{0.9, 1, 1e-6}, ADOPT{0.9, 0, 1e-6}}, names: []string{"Eps", "Beta2", "Beta2"},
		wrong: []Rule{adoptsNew, unlimited, averagedFirst},
	},
	{
		rule: NewLion(), describe: "lion beta1=0.9 beta2=0.99 weight_decay=0", rate: 1e-4, theta: 2.5, state: 2.9, descent: 0.02,
		bad: []Rule{Lion{1, 0.99, 0}, Lion{0.9, 0.99, -1}}, names: []string{"Beta1", "Lambda"},
		wrong: []Rule{swappedBetas, signOfNew},
	},
	{
		rule: NewLAMB(), describe: "lamb beta1=0.9 beta2=0.999 eps=1e-06 weight_decay=0.01", rate: 0.001, theta: 4, state: 6, descent: 0.02, more: 1,
		bad: []Rule{LAMB{}, LAMB{0.9, 0.999, 1e-6, -1}}, names: []string{"Eps", "Lambda"},
		wrong: []Rule{decayOutsideNorm, AdamW{0.9, 0.999, 1e-6, 0.01}},
	},
	{
		rule: NewLARS(), describe: "lars momentum=0.9 trust=0.001 weight_decay=0.0005", rate: 1, theta: 5.5, state: 8, descent: 5, more: 1,
		bad: []Rule{LARS{}, LARS{1, 0.001, 0}, LARS{0.9, 0.001, -1}}, names: []string{"Trust", "Mu", "Lambda"},
		wrong: []Rule{trustAfterMomentum, sumOfNorms, NewMomentum()},
	},
}

// wrapped are rules around rules, which Names does not list.
var wrapped = []row{
	{
		rule: Cautious{NewAdam()}, describe: "cautious-adam beta1=0.9 beta2=0.999 eps=1e-08", rate: 0.001, theta: 3.2, state: 2, descent: 0.05, more: 2,
		bad: []Rule{Cautious{Adam{}}}, names: []string{"Eps"},
		wrong: []Rule{notMadeUp, NewAdam()},
	},
	{
		rule: Cautious{NewAdamW()}, describe: "cautious-adamw beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0.01", rate: 0.001, theta: 5, state: 2, descent: 0.05, more: 2,
		wrong: []Rule{masksDecay},
	},
	{
		rule: Centralized{NewSGD()}, describe: "centralized-sgd", rate: 0.01, theta: 7, descent: 0.3,
		wrong: []Rule{ascent{}},
	},
}
