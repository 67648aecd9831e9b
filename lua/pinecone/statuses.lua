-- What a status says of a thing: that it is done, or that it will never be. An unknown one counts as not finished:
-- Pinecone reserves the right to add some.

return {
   backup = { good = { Ready = true }, bad = { Failed = true, InitializationFailed = true } },
   restore_job = { good = { Completed = true }, bad = { Failed = true, Cancelled = true } },
   collection = { good = { Ready = true }, bad = { Terminating = true, Terminated = true, deleting = true } },
   index = {
      good = { Ready = true },
      bad = { InitializationFailed = true, Failed = true, Terminating = true, Disabled = true },
   },
}
