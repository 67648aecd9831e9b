-- What several parts say.

local words = {}

--- An id that nothing has.
words.nobody = "11111111-2222-4333-8444-555555555555"

--- A read capacity that is not the default.
words.dedicated = {
   mode = "Dedicated",
   dedicated = { node_type = "b1", scaling = "Manual", manual = { replicas = 1, shards = 1 } },
}

--- Puts fields over others.
-- @tparam table defaults is changed
-- @tparam ?table given
function words.over(defaults, given)
   for name, value in pairs(given or {}) do
      defaults[name] = value
   end
   return defaults
end

return words
