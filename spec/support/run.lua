-- Runs busted on the interpreter that runs this file.
require "busted.runner" { standalone = false }
