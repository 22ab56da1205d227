package optim

// wide are the rules whose interface is more than Update of one tensor.
var wide = []row{
	{
		rule: NewAdafactor(), describe: "adafactor beta2_power=0.8 eps=1e-30 rms_clip=1 least_scale=0.001", rate: 0.01, theta: 2.5, state: 4, descent: 0.1, shape: []int{4, 9}, more: 5,
		bad:   []Rule{Adafactor{}, Adafactor{0.8, 1e-50, 1, 1e-3}, Adafactor{0.8, 1e-30, 0, 1e-3}, Adafactor{0.8, 1e-30, 1, 0}},
		names: []string{"Decay", "Eps", "Clip", "Least"},
		wrong: []Rule{unclipped, absoluteStep, clippedByNorm, unfactored},
	},
	{
		rule: NewScheduleFreeSGD(), describe: "schedule-free-sgd momentum=0.9 weight_decay=0 warmup_steps=0", rate: 1, theta: 3, state: 10, descent: 0.9,
		bad: []Rule{ScheduleFreeSGD{Beta: 1}, ScheduleFreeSGD{Lambda: -1}, ScheduleFreeSGD{Warmup: -1}}, names: []string{"Beta", "Lambda", "Warmup"},
		wrong: []Rule{evenAverage, averageOfTheta, exchanged, coldAverage},
	},
	{
		rule: NewScheduleFreeAdamW(), describe: "schedule-free-adamw beta1=0.9 beta2=0.999 eps=1e-08 weight_decay=0 warmup_steps=0", rate: 0.0025, theta: 6, state: 10, descent: 0.2,
		bad: []Rule{ScheduleFreeAdamW{}, ScheduleFreeAdamW{0.9, 1, 1e-8, 0, 0}}, names: []string{"Eps", "Beta2"},
		wrong: []Rule{uncorrectedFree, NewAdamW()},
	},
	{
		rule: NewProdigy(), describe: "prodigy beta1=0.9 beta2=0.999 eps=1e-08 d0=1e-06 d_coef=1 weight_decay=0 bias_correction=false safeguard=false", rate: 1, theta: 6, state: 13, descent: 1, more: 2,
		bad:   []Rule{Prodigy{}, Prodigy{0.9, 0.999, 1e-8, 0, 1, 0, false, false}, Prodigy{0.9, 0.999, 1e-8, 1, 0, 0, false, false}},
		names: []string{"Eps", "D0", "Coef"},
		wrong: []Rule{prodigyLike{newStep: true}, prodigyLike{oldEps: true}, prodigyLike{plainDecay: true}, prodigyLike{unweighted: true}},
	},
	{
		rule: NewMuon(), describe: "muon momentum=0.95 nesterov=true match_adam=false adam_rate=0.015 beta1=0.9 beta2=0.95 eps=1e-10 weight_decay=0", rate: 0.02, theta: 23, state: 2, descent: 0.05, shape: []int{4, 9}, more: 6,
		bad:   []Rule{Muon{}, Muon{Mu: 1}, Muon{Eps: 1e-8}},
		names: []string{"Eps", "Mu", "AdamRate"},
		wrong: []Rule{transposedFactor, notAhead, sumNotMean, unscaledMuon},
	},
	{
		rule: NewSOAP(), describe: "soap beta1=0.95 beta2=0.95 eps=1e-08 every=10 max_dim=512 weight_decay=0", rate: 0.003, theta: 4.5, state: 130, descent: 0.05, shape: []int{4, 5}, more: 6,
		bad:   []Rule{SOAP{}, SOAP{Eps: 1e-8}, SOAP{Eps: 1e-8, Every: 1}},
		names: []string{"Eps", "Every", "MaxDim"},
		wrong: []Rule{NewAdam(), countsFirst, rawBasis},
	},
	{
		rule: NewShampoo(), describe: "shampoo beta1=0.9 beta2=0.999 eps=1e-08 ridge=1e-06 every=10 max_dim=512 weight_decay=0", rate: 0.001, theta: 3, state: 52, descent: 0.05, shape: []int{4, 5}, more: 4,
		bad:   []Rule{Shampoo{}, Shampoo{Eps: 1e-8}, Shampoo{Eps: 1e-8, Ridge: 1e-6}},
		names: []string{"Eps", "Ridge", "Every"},
		wrong: []Rule{NewAdam(), ungrafted, gradientTurned},
	},
	{
		rule: NewLBFGS(), describe: "lbfgs memory=10", rate: 1, theta: 34, state: 370, descent: 0.5, more: 42,
		bad: []Rule{LBFGS{}, LBFGS{101}}, names: []string{"Memory", "Memory"},
		wrong: []Rule{NewSGD(), oldestFirst, oneOfTwoLoops, wholeFirstStep},
	},
}
