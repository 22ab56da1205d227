# Writes tables of R packages as CSV: Rscript packages.R LIBRARY FOLDER
# LIBRARY is where the packages were unpacked; none of them is loaded or run.
args <- commandArgs(TRUE)

read <- function(package, name) {
  at <- file.path(args[1], package, "data")
  into <- new.env()
  alone <- file.path(at, paste0(name, ".rda"))
  if (file.exists(alone)) load(alone, into) else lazyLoad(file.path(at, "Rdata"), into)
  as.data.frame(get(name, into))
}

write <- function(table, name) {
  for (column in names(table)) if (is.factor(table[[column]])) table[[column]] <- as.character(table[[column]])
  write.csv(table, file.path(args[2], paste0(name, ".csv")), row.names = FALSE, na = "")
}

write(read("modeldata", "ames"), "ames")
write(read("modeldata", "attrition"), "attrition")
write(read("modeldata", "Chicago"), "chicago")
write(read("modeldata", "mlc_churn"), "churn")
write(read("modeldata", "concrete"), "concrete")
credit <- read("modeldata", "credit_data")
write(credit[!is.na(credit$Status), ], "credit")
write(read("ggplot2", "diamonds"), "diamonds")
write(read("modeldata", "hpc_data"), "hpc")
write(read("modeldata", "lending_club"), "lending")
write(head(read("mlbench", "LetterRecognition"), 6000), "letter")
write(read("mlbench", "PimaIndiansDiabetes2"), "pima")
write(read("modeldata", "Sacramento"), "sacramento")
write(read("mlbench", "Satellite"), "satellite")
write(read("mlbench", "Sonar"), "sonar")
write(read("mlbench", "Soybean"), "soybean")
write(read("kernlab", "spam"), "spam")
write(read("carData", "TitanicSurvival"), "titanic")
wages <- read("carData", "SLID")
write(wages[!is.na(wages$wages), ], "wages")
