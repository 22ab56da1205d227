package settings

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"descent/internal/suggest"
)

// recipes holds a file of settings for each task. They are what the recorded
// results were reached with.
//
//go:embed recipes/*.yaml
var recipes embed.FS

// recipeNames lists the tasks that have a recipe.
func recipeNames() []string {
	files, _ := fs.Glob(recipes, "recipes/*.yaml") // the pattern is a good one
	for i, file := range files {
		files[i] = strings.TrimSuffix(strings.TrimPrefix(file, "recipes/"), ".yaml")
	}
	slices.Sort(files)
	return files
}

// readRecipe reads the recipe of that name over s.
func readRecipe(name string, s *Settings) error {
	text, err := recipes.ReadFile("recipes/" + name + ".yaml")
	if err != nil {
		return suggest.Unknown("recipe", name, recipeNames())
	}
	return Parse("recipe "+name, text, s)
}
