-- Iterators over lists that come in pages.

local expect = require "support.expect"
local service = require "support.service"

local function ids(list)
   local found = {}
   for _, item in ipairs(list) do
      found[#found + 1] = item.backup_id
   end
   return found
end

local function collect(pages)
   local items = {}
   for item in pages do
      items[#items + 1] = item
   end
   return items
end

describe("an iterator", function()
   local emulator, pc

   setup(function()
      emulator = service.start { max_backups = 2000 }
      pc = service.client(emulator)
      service.serverless(pc, "movies")
      service.serverless(pc, "empty")
      for i = 1, 205 do
         assert(pc:create_backup { index_name = "movies", name = "b-" .. i })
      end
   end)
   teardown(function() emulator:stop() end)
   before_each(function() assert(emulator:clear_requests()) end)
   after_each(function() assert(emulator:clear_faults()) end)

   local function page(first, last, token)
      local rows = {}
      for i = first, last do
         rows[#rows + 1] = ('{"backup_id":"%d"}'):format(i)
      end
      local pagination = token and ('{"next":"%s"}'):format(token) or "null"
      return ('{"data":[%s],"pagination":%s}'):format(table.concat(rows, ","), pagination)
   end

   -- The answers of list_project_backups, in order.
   local function pages_are(...)
      for turn, body in ipairs { ... } do
         assert(emulator:fault { operation = "list_project_backups", on = turn, status = 200, body = body })
      end
   end

   it("gives every item once, over pages of 100, then sends the token alone", function()
      local seen, count = {}, 0
      for backup in pc:backups { index_name = "movies" } do
         assert.is_nil(seen[backup.backup_id])
         seen[backup.backup_id] = true
         count = count + 1
      end
      assert.equal(205, count)
      local requests = assert(emulator:requests())
      assert.equal(3, #requests)
      assert.equal("limit=100", requests[1].query)
      for i = 2, 3 do
         assert.matches("^paginationToken=%w+%%?", requests[i].query)
         assert.not_matches("limit=", requests[i].query)
      end
   end)

   it("takes the page size that it is given", function()
      assert.equal(205, #collect(pc:backups { index_name = "movies", limit = 50 }))
      assert.equal("limit=50", assert(emulator:requests())[1].query)
   end)

   it("goes on after a last page that is exactly full, and ends where there is no token", function()
      assert.equal(205, #collect(pc:backups { limit = 41 }))
      assert.equal(6, service.sent(emulator, "list_project_backups"))
   end)

   it("ends at once where there is nothing", function()
      assert.same({}, collect(pc:backups { index_name = "empty" }))
      assert.equal(1, service.sent(emulator))
   end)

   it("goes on over an empty page that has a token", function()
      pages_are(page(1, 2, "a"), page(1, 0, "b"), page(3, 4))
      assert.same({ "1", "2", "3", "4" }, ids(collect(pc:backups())))
   end)

   it("ends at a token that is empty", function()
      pages_are(page(1, 2, ""))
      assert.same({ "1", "2" }, ids(collect(pc:backups())))
   end)

   it("drops rows that come again because others were deleted or made meanwhile", function()
      pages_are(page(1, 3, "a"), page(2, 5, "b"), page(5, 6))
      assert.same({ "1", "2", "3", "4", "5", "6" }, ids(collect(pc:backups())))
   end)

   it("remembers the last thousand ids and no more", function()
      pages_are(page(1, 1001, "a"), page(1, 2, "b"), page(1001, 1001))
      local found = ids(collect(pc:backups()))
      -- 1 was forgotten when 1001 came, 2 when 1 came again
      assert.equal(1003, #found)
      assert.same({ "1001", "1", "2" }, { found[1001], found[1002], found[1003] })
   end)

   -- Everything there is until the error that ends it.
   local function until_error(pages)
      local found = {}
      while true do
         local item, err = pages:next()
         if not item then
            return found, err
         end
         found[#found + 1] = item.backup_id
      end
   end

   it("stops with an error when the server gives the same pages again and again", function()
      pages_are(page(1, 2, "a"), page(3, 4, "b"), page(1, 2, "a"), page(3, 4, "b"), page(1, 2, "a"))
      local found, err = until_error(pc:backups())
      assert.same({ "1", "2", "3", "4" }, found)
      assert.equal("protocol", err.kind)
      assert.equal(4, service.sent(emulator))
   end)

   for what, token in pairs { ["a number"] = "12", ["an object"] = "{}", ["a line break"] = '"a\\nb"' } do
      it("gives its page and then an error when the token is " .. what, function()
         pages_are(('{"data":[{"backup_id":"1"}],"pagination":{"next":%s}}'):format(token))
         local pages = pc:backups()
         local found, err = until_error(pages)
         assert.same({ "1" }, found)
         assert.equal("protocol", err.kind)
         assert.is_nil((pages:next()))
      end)
   end

   for what, row in pairs { ["a number"] = "12", ["a text"] = '"x"' } do
      it("gives what comes before it and then an error when a row is " .. what, function()
         pages_are(('{"data":[{"backup_id":"1"},%s,{"backup_id":"2"}]}'):format(row))
         local found, err = until_error(pc:backups())
         assert.same({ "1" }, found)
         assert.equal("protocol", err.kind)
      end)
   end

   it("gives all that is left at once", function()
      local pages = pc:backups { index_name = "movies" }
      assert(pages:next())
      assert.equal(204, #assert(pages:all()))
      assert.same({}, assert(pages:all()))
      pages_are(page(1, 2, "a"), '{"data":[1]}')
      expect.failure("protocol", pc:backups():all())
   end)

   it("tells what time it is for the server", function()
      local pages = pc:backups { index_name = "movies" }
      assert.is_nil(pages:date())
      assert(pages:next())
      local before = pages:date()
      assert.is_true(math.abs(before - os.time()) < 60)
      assert(emulator:advance(1000000))
      assert(pages:all())
      assert.is_true(pages:date() - before > 999000)
   end)

   it("gives pages, too", function()
      local pages = pc:backups { index_name = "movies" }
      assert.equal(100, #assert(pages:next_page()))
      assert.equal(100, #assert(pages:next_page()))
      assert.equal(5, #assert(pages:next_page()))
      for _ = 1, 2 do
         local items, err = pages:next_page()
         assert.is_nil(items)
         assert.is_nil(err)
      end
   end)

   it("gives what next has left of a page", function()
      local pages = pc:backups { index_name = "movies" }
      local first = assert(pages:next())
      local rest = assert(pages:next_page())
      assert.equal(99, #rest)
      assert.not_equal(first.backup_id, rest[1].backup_id)
      assert.equal(100, #assert(pages:next_page()))
   end)

   it("begins where it is told", function()
      local first = assert(pc:list_backups { index_name = "movies", limit = 100 })
      assert(emulator:clear_requests())
      assert.equal(105, #collect(pc:backups { index_name = "movies", pagination_token = first.pagination.next }))
      assert.not_matches("limit=", assert(emulator:requests())[1].query)
   end)

   it("raises in a for loop what goes wrong", function()
      assert(emulator:fault { operation = "list_index_backups", on = { 2, 3 }, status = 400, body = "no" })
      local count = 0
      local done, err = pcall(function()
         for _ in pc:backups { index_name = "movies" } do
            count = count + 1
         end
      end)
      assert.is_false(done)
      assert.equal(100, count)
      assert.matches("list_backups movies", tostring(err), 1, true)
   end)

   it("gives nil and the error from next, and can be asked again", function()
      assert(emulator:fault { operation = "list_index_backups", on = { from = 2 }, status = 500, body = "no" })
      local pages = pc:backups "movies"
      for _ = 1, 100 do
         assert(pages:next())
      end
      expect.failure("server", pages:next())
      assert(emulator:clear_faults())
      assert.equal(105, #collect(pages))
   end)

   it("says that an index is not there", function()
      expect.failure("not_found", pc:backups("nothing"):next())
   end)

   it("raises for misuse where it is made", function()
      local done, message = pcall(function() return pc:backups { index_nam = "movies" } end)
      assert.is_false(done)
      assert.matches("10%-pages_spec.lua:%d+: .*did you mean 'index_name'", message)
   end)

   it("gives the error of a bad value at the first item", function()
      expect.failure("invalid_argument", pc:backups { limit = 0 }:next())
      assert.equal(0, service.sent(emulator))
   end)

   describe("ahead of its reader", function()
      it("asks for the next page before it is wanted, on the same connection", function()
         local pages = pc:backups { index_name = "movies" }
         assert(pages:next())
         service.until_true(function() return service.sent(emulator) == 2 end)
         local requests = assert(emulator:requests())
         assert.equal(requests[1].connection, requests[2].connection)
         pages:close()
      end)

      it("has the page when its reader took longer than the timeout", function()
         local hurried = service.client(emulator, { timeout = 0.3 })
         local pages = hurried:backups { index_name = "movies" }
         assert(pages:next_page())
         service.sleep(0.5)
         assert.equal(100, #assert(pages:next_page()))
         assert.equal(3, service.sent(emulator))
      end)

      it("counts the timeout from when the page is wanted", function()
         local hurried = service.client(emulator, { timeout = 1 })
         assert(emulator:fault { operation = "list_index_backups", on = 2, delay = 1.5 })
         local pages = hurried:backups { index_name = "movies" }
         assert(pages:next_page())
         service.until_true(function() return service.sent(emulator) == 2 end)
         service.sleep(0.8)
         assert.equal(100, #assert(pages:next_page()))
         assert.equal(3, service.sent(emulator))
      end)

      it("leaves the last connection to whoever works on the page", function()
         local narrow = service.client(emulator, { max_connections = 1, timeout = 5 })
         local count = 0
         for backup in narrow:backups { index_name = "movies" } do
            count = count + 1
            if count % 50 == 0 then
               assert(narrow:describe_backup(backup.backup_id))
            end
         end
         assert.equal(205, count)
      end)

      it("asks again for a page that was lost meanwhile", function()
         assert(emulator:fault { operation = "list_index_backups", on = 2, cut = 10 })
         local pages = pc:backups { index_name = "movies" }
         assert(pages:next_page())
         service.until_true(function() return service.sent(emulator) == 2 end)
         assert.equal(100, #assert(pages:next_page()))
         assert.equal(5, #assert(pages:next_page()))
         assert.equal(4, service.sent(emulator))
      end)

      it("keeps its deadline for a page that does not come", function()
         local hurried = service.client(emulator, { timeout = 0.3 })
         assert(emulator:fault { operation = "list_index_backups", on = { from = 2 }, delay = 5 })
         local pages = hurried:backups { index_name = "movies" }
         assert(pages:next_page())
         expect.failure("timeout", pages:next_page())
         assert.equal(2, service.sent(emulator))
      end)

      it("gives the request up when the loop is left", function()
         assert(emulator:fault { operation = "list_index_backups", on = 2, delay = 30 })
         for _ in pc:backups { index_name = "movies" } do -- luacheck: ignore 512
            break
         end
         collectgarbage()
         collectgarbage()
         -- the connection of the request that was given up is closed, so the next call makes a new one
         service.until_true(function() return service.sent(emulator) == 2 end)
         assert(pc:list_indexes())
         local requests = assert(emulator:requests())
         assert.not_equal(requests[2].connection, requests[3].connection)
      end)

      it("is closed by close, and then ends", function()
         local pages = pc:backups { index_name = "movies" }
         assert(pages:next())
         pages:close()
         pages:close()
         assert.is_nil((pages:next()))
         assert.is_nil((pages:next_page()))
      end)
   end)

   describe("exists for", function()
      setup(function()
         service.pod(pc, "pods")
         assert(pc:create_collection { name = "copy", source = "pods" })
         local schedule = assert(pc:create_backup_schedule {
            index_name = "movies", name = "s", frequency = "daily", expire_after_days = 1,
         })
         local backup = assert(pc:backups("movies"):next())
         assert(pc:create_index_from_backup { backup_id = backup.backup_id, name = "restored" })
         emulator.schedule_id = schedule.schedule_id
      end)

      it("restore jobs", function()
         assert.equal("restored", assert(pc:restore_jobs():next()).target_index_name)
      end)

      it("backup schedules", function()
         assert.equal("s", collect(pc:backup_schedules "movies")[1].name)
      end)

      it("the history of a schedule", function()
         assert.is_table(collect(pc:backup_schedule_history(emulator.schedule_id)))
         assert.equal("list_backup_schedule_history", assert(emulator:requests())[1].operation)
      end)

      it("collections, in one page", function()
         assert.equal("copy", collect(pc:collections())[1].name)
         assert.equal("", assert(emulator:requests())[1].query)
      end)

      it("indexes, in one page", function()
         assert.is_true(#collect(pc:indexes()) >= 3)
         assert.equal(1, service.sent(emulator))
      end)
   end)
end)
