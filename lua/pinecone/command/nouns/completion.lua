-- `pinecone-backup completion`: what makes a shell complete the words of this command.
--
-- Argparse writes it, with some flaws: where no file is wanted it offers file names, and the words that an argument may
-- be, such as those of this command, are missing.

local stdout = require "pinecone.command.output.stdout"

local completion = {}

local function is_file(element)
   return element._argname == "FILE"
end

-- What may be anything is one of no choices, which all shells understand.
local function offer_no_files(parser)
   for _, list in ipairs { parser._options, parser._arguments } do
      for _, element in ipairs(list) do
         if element._maxargs > 0 and not element._choices and not is_file(element) then
            element:choices {}
         end
      end
   end
   for _, command in ipairs(parser._commands) do
      offer_no_files(command)
   end
end

-- The same without patterns.
local function replace_all(text, from, to)
   return (text:gsub(from:gsub("%p", "%%%0"), (to:gsub("%%", "%%%%"))))
end

local choices = { "bash", "zsh", "fish" }

-- Readline completes file names better than compgen: it sees to spaces and slashes.
local bash_files = 'compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$cur"))'

local shells = {}

function shells.bash(parser)
   local text = parser:get_bash_complete()
   text = replace_all(text, 'COMPREPLY=($(compgen -f -- "$cur"))', bash_files)
   text = replace_all(text, " -o bashdefault -o default", "")
   local case = ("        'completion')\n            COMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n            ;;\n")
      :format(table.concat(choices, " "))
   return replace_all(text, "    esac\n\n    if [[", case .. "    esac\n\n    if [[")
end

function shells.zsh(parser)
   return (parser:get_zsh_complete())
end

function shells.fish(parser)
   local text = parser:get_fish_complete()
   text = text:gsub("( %-r) (%-d)", " -rF %2")
   return ("%s\ncomplete -c pinecone-backup -f\ncomplete -c pinecone-backup -n "
      .. "'__fish_pinecone-backup_using_command completion' -xa '%s'\n"):format(text, table.concat(choices, " "))
end

local function run(arguments)
   local parser = require "pinecone.command.line".whole_parser()
   offer_no_files(parser)
   stdout.write(shells[arguments.shell](parser))
end

completion.about = [[
Print what makes a shell complete the words of this command. Where to put it:

   bash   ~/.local/share/bash-completion/completions/pinecone-backup; without
          the package bash-completion, have ~/.bashrc read the file
   zsh    _pinecone-backup, in a folder that is in fpath before compinit runs
   fish   ~/.config/fish/completions/pinecone-backup.fish

Make the folder where there is none. The next shell that is started has it.]]
completion.example = "completion bash \\\n   > ~/.local/share/bash-completion/completions/pinecone-backup"
completion.takes = { { name = "shell", choices = choices } }
completion.is_local, completion.run = true, run

return completion
