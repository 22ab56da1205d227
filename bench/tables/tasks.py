"""The tables that Descent is measured on, and how each is cut.

A task names a file of the work folder, the column to predict, the score, and how test rows are
chosen. Everything that runs a method reads this list, so that all see the same rows.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    name: str
    target: str
    metric: str  # accuracy, auroc, r2, rmse; only rmse is better when smaller
    source: str  # shared, debian, npm, made
    about: str
    cut: str = "fifth"  # fifth of the rows by seed; last fifth as they stand; own files
    seeds: int = 3  # 1 to this many, of the cut and of the method
    dates: tuple = ()  # columns of dates as 2012-01-31
    levels: tuple = ()  # what default, bag and best must reach, and the aim; None where nothing is asked

    @property
    def classes(self):
        return self.metric in ("accuracy", "auroc")

    @property
    def higher(self):
        return self.metric != "rmse"


MISSION = [
    Task("adult", "income", "accuracy", "shared", "census, categories and spiked numbers, blanks", cut="own",
         levels=(0.868, 0.871, 0.872, 0.874)),
    Task("california", "median_house_value", "r2", "shared", "districts, coordinates", levels=(0.825, 0.843, 0.850, 0.86)),
    Task("california-rtdl", "MedHouseVal", "rmse", "shared", "the same in the literature's split, with its validation part",
         cut="own", levels=(0.475, 0.450, 0.435, 0.4275)),
    Task("higgs", "label", "accuracy", "shared", "7,500 events, both parts pooled", levels=(0.690, 0.705, 0.710, 0.72)),
    Task("wine-white", "quality", "r2", "shared", "marks from 3 to 9, a fifth of the rows twice", levels=(0.41, 0.51, 0.52, 0.54)),
    Task("diabetes", "progression", "r2", "shared", "442 rows, nearly linear", seeds=5, levels=(0.42, 0.44, 0.45, 0.47)),
    Task("wdbc", "benign", "accuracy", "shared", "569 rows, 30 numbers", seeds=5, levels=(0.975, 0.98, 0.98, None)),
    Task("iris", "species", "accuracy", "shared", "150 rows", seeds=20, levels=(0.953, 0.953, 0.96, None)),
]

OTHERS = [
    Task("ames", "Sale_Price", "r2", "debian", "houses, 73 columns of all kinds"),
    Task("attrition", "Attrition", "auroc", "debian", "employees, a sixth of them leave"),
    Task("chicago", "ridership", "r2", "debian", "riders by day, tested on later days", cut="last", dates=("date",)),
    Task("churn", "churn", "accuracy", "debian", "telephone customers"),
    Task("concrete", "compressive_strength", "r2", "debian", "mixtures, 8 numbers"),
    Task("credit", "Status", "accuracy", "debian", "loans, blanks"),
    Task("diamonds", "price", "r2", "debian", "53,940 rows, ordered grades"),
    Task("hpc", "class", "accuracy", "debian", "running times in four classes, skewed counts"),
    Task("lending", "Class", "auroc", "debian", "loans, one in twenty bad"),
    Task("letter", "lettr", "accuracy", "debian", "26 letters, the first 6,000 rows"),
    Task("movies", "IMDB_Rating", "r2", "npm", "directors and distributors, mostly blanks", dates=("Release_Date",)),
    Task("pima", "diabetes", "accuracy", "debian", "768 rows, half of a column blank"),
    Task("sacramento", "price", "r2", "debian", "houses, cities and postal codes"),
    Task("satellite", "classes", "accuracy", "debian", "spectra of 3 x 3 pixels, six soils"),
    Task("sonar", "Class", "accuracy", "debian", "208 rows, 60 numbers"),
    Task("soybean", "Class", "accuracy", "debian", "19 diseases, 35 columns of codes, blanks"),
    Task("spam", "type", "accuracy", "debian", "frequencies of words, mostly zero"),
    Task("titanic", "survived", "accuracy", "debian", "four columns, ages blank"),
    Task("wages", "wages", "r2", "debian", "age, schooling, sex and language"),
    Task("weather", "weather", "accuracy", "npm", "days in Seattle, a column of dates", dates=("date",)),
    Task("made-additive", "y", "r2", "made", "steps, waves and kinks of 5 of 20 columns, added up"),
    Task("made-categories", "y", "r2", "made", "800 and 60 levels with effects of their own"),
    Task("made-friedman1", "y", "r2", "made", "Friedman's first function, 10 columns"),
    Task("made-heavy", "y", "r2", "made", "a target with a heavy tail"),
    Task("made-imbalanced", "y", "auroc", "made", "three in a hundred of one class"),
    Task("made-missing", "y", "r2", "made", "blanks where values are large"),
    Task("made-multiclass", "y", "accuracy", "made", "12 classes, each two clouds in 8 dimensions"),
    Task("made-noise", "y", "accuracy", "made", "5 columns that matter among 200"),
    Task("made-tiny", "y", "accuracy", "made", "60 rows", seeds=5),
    Task("made-wide", "y", "r2", "made", "150 rows, 1,000 columns, 10 of them matter"),
    Task("made-xor", "y", "accuracy", "made", "signs of pairs and triples of columns multiplied"),
]

TASKS = MISSION + OTHERS


def chosen(names):
    """The tasks of a list such as mission,titanic; all of them for an empty one."""
    known = {t.name: [t] for t in TASKS} | {"mission": MISSION, "others": OTHERS}
    tasks = []
    for name in names.split(",") if names else ["mission", "others"]:
        if name not in known:
            raise SystemExit(f"no table is called {name}; there are {', '.join(known)}")
        tasks += known[name]
    return tasks
