-- What the servers answer: one backup, and pages of a hundred of them. No field is null, and whole numbers are whole.

local bodies = {}

local ID_TAIL = "-e29b-41d4-a716-446655440000"

-- "@" stands for the first eight digits of the id, which alone differ.
local BACKUP = [[{"backup_id":"@]] .. ID_TAIL .. [[","source_index_name":"docs-example",]]
   .. [["source_index_id":"f73b36c9-faf5-4a2c-b1d6-4013d8b1cc74","name":"docs-example-nightly",]]
   .. [["description":"Nightly backup of the documents","status":"Ready","cloud":"aws",]]
   .. [["region":"us-east-1","dimension":1536,"metric":"cosine","record_count":120000,"namespace_count":3,]]
   .. [["size_bytes":10000000,"tags":{"environment":"production","team":"search"},]]
   .. [["created_at":"2025-05-15T00:52:10.809305882Z"}]]

bodies.page_size = 100

--- The id of the backup that is described.
bodies.id = "670e8400" .. ID_TAIL

bodies.backup = BACKUP:gsub("@", "670e8400")

--- A page, in which "@" stands for what differs between the ids, and "#" for the token of the next page.
bodies.page_template = '{"data":[' .. BACKUP .. ("," .. BACKUP):rep(bodies.page_size - 1)
   .. '],"pagination":{"next":"#"}}'

local number = 0
bodies.page = bodies.page_template:gsub("#", "2"):gsub("@", function()
   number = number + 1
   return ("%08x"):format(number)
end)

return bodies
