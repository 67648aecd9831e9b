-- Backups and restores, until their index is gone.

local words = require "support.scenario.words"

local parts = {}

local function refused_backups(self)
   local pc = self.pc
   self:gets(404, pc:create_backup "nothing")
   self:gets(400, pc:create_backup "pods")
   self:gets(400, pc:create_backup "encrypted")
   self:asks(422, "POST", "/indexes/movies/backups", { name = 5 })
   if not self.is_classic then
      self:asks(400, "POST", "/indexes/movies/backups", { name = "Bad_Name" })
   end
   self.project:with({ max_backups = 1 }, function() self:gets(403, pc:create_backup "movies") end)
   self.project:with({ plan_has_backups = false }, function() self:gets(403, pc:create_backup "movies") end)
   if self.is_classic then
      self.project:with({ past_due = true }, function() self:gets(402, pc:create_backup "movies") end)
   end
end

local function lists_backups(self)
   local pc = self.pc
   self:gets(404, pc:list_backups "nothing")
   self:lists_pages("/backups", function(page) return pc:list_backups(page) end)
   self:lists_pages("/indexes/movies/backups", function(page)
      return pc:list_backups(words.over(page, { index_name = "movies" }))
   end)
end

local function restores(self, backup, other)
   local pc = self.pc
   local restore = self:gets(202, pc:create_index_from_backup {
      backup_id = backup.backup_id, name = "restored", tags = { from = "backup" }, deletion_protection = "disabled",
   })
   self:gets(202, pc:create_index_from_backup { backup_id = other.backup_id, name = "inherited" })
   self.project:with({ restore_read_capacity = "apply" }, function() -- which makes the client speak 2026-07
      self:gets(202, pc:create_index_from_backup {
         backup_id = backup.backup_id, name = "dedicated", read_capacity = words.dedicated,
      })
   end)
   self:gets(200, pc:describe_restore_job(restore.restore_job_id)) -- Pending
   self:gets(200, pc:list_restore_jobs())
   self:gets(412, pc:delete_backup(backup.backup_id))
   self:looks_around()
   self:pass_time()
   self:looks_around()
   self:gets(200, pc:describe_restore_job(restore.restore_job_id))
   self:lists_pages("/restore-jobs", function(page) return pc:list_restore_jobs(page) end)
   self:gets(200, pc:describe_index "restored")
   self:gets(200, pc:describe_index "inherited")
   self:gets(404, pc:describe_restore_job(words.nobody))
end

local function refused_restores(self, backup)
   local pc, path = self.pc, "/backups/" .. backup.backup_id .. "/create-index"
   local function restore(name)
      return pc:create_index_from_backup { backup_id = backup.backup_id, name = name }
   end
   self:gets(404, pc:create_index_from_backup { backup_id = words.nobody, name = "lost" })
   self:gets(409, restore "movies")
   self:asks(400, "POST", path, { name = "Bad_Name" })
   self:asks(422, "POST", path, {})
   self.project:with({ max_indexes = 1 }, function() self:gets(403, restore "one-more") end)
   self.project:with({ past_due = true }, function() self:gets(402, restore "unpaid") end)
end

-- What ends badly looks different, too.
local function fails(self, backup)
   local pc, failed = self.pc, nil
   self.project:failing(function()
      self:gets(self.created, pc:create_backup "movies")
      failed = self:gets(202, pc:create_index_from_backup { backup_id = backup.backup_id, name = "failed" })
   end)
   self:pass_time()
   self:looks_around()
   self:gets(200, pc:describe_restore_job(failed.restore_job_id))
   self:gets(200, pc:describe_index "failed")
   self.project:with({ keep_restore_jobs = true }, function()
      self:gets(202, pc:create_index_from_backup { backup_id = backup.backup_id, name = "cancelled" })
      self:gets(202, pc:delete_index "cancelled")
      self:looks_around()
   end)
end

local function deletes_backups(self, backup)
   self:gets(202, self.pc:delete_backup(backup.backup_id))
   self:pass_time()
   self:gets(404, self.pc:delete_backup(backup.backup_id))
   self:gets(404, self.pc:describe_backup(backup.backup_id))
end

-- Backups outlive their index.
local function loses_the_source(self)
   self:gets(202, self.pc:delete_index "movies")
   self:pass_time()
   self:gets(200, self.pc:list_backups())
   self:gets(200, self.pc:list_backups { index_name = "movies", include_deleted = true })
   if not self.is_classic then
      self:asks(400, "GET", "/indexes/movies/backups", nil, { include_deleted = "perhaps" })
   end
end

function parts:backups()
   local pc, created = self.pc, self.created
   self:gets(201, pc:create_index(self:dense("movies", { tags = { team = "search" } })))
   self:gets(201, pc:create_index(self:sparse "words"))
   self:make_pod "pods"
   self:make_encrypted "encrypted"
   self:pass_time()
   self:gets(200, pc:list_backups "movies") -- none
   self:gets(200, pc:list_restore_jobs())
   local named = self:gets(created, pc:create_backup { index_name = "movies", name = "first", description = "a try" })
   local bare = self:gets(created, pc:create_backup "words")
   self:gets(200, pc:describe_backup(named.backup_id)) -- Initializing
   self:gets(200, pc:list_backups "words")
   self:looks_around()
   self:gets(412, pc:create_index_from_backup { backup_id = named.backup_id, name = "too-early" })
   self:pass_time()
   self:gets(200, pc:describe_backup(named.backup_id))
   self:gets(200, pc:describe_backup(bare.backup_id))
   self:gets(created, pc:create_backup "movies")
   self:pass_time()
   lists_backups(self)
   refused_backups(self)
   refused_restores(self, named)
   restores(self, named, bare)
   fails(self, named)
   deletes_backups(self, bare)
   loses_the_source(self)
end

return parts
