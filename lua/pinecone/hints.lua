-- What to do about an error. No I/O.

local hints = {}

local ineligible = "Backups exist for serverless and BYOC indexes, not for pod indexes (use create_collection), "
   .. "document-schema indexes, or indexes with a customer-managed key."

local proxy_refused = "Check the proxy's address, its user and password, and whether it lets you through to this host."

-- The first row whose conditions all hold gives the hint. `says` names patterns, one of which the lower-cased message
-- must match: good enough for advice, never for a decision. A `modern` one speaks of what the legacy controller lacks.
hints.rows = {
   { maybe_applied = true, hint = "It may have taken effect all the same: look before you repeat it." },

   { kind = "unauthenticated", status = 401, says = { "html page" },
      hint = "This is not the API's answer: a proxy or a gateway in front of it wants a user and a password." },
   { kind = "unauthenticated", status = 401,
      hint = "The server refused the API key, which came from {key_source}. Check that it is whole, not revoked, "
         .. "and of this project." },
   { kind = "unauthenticated", hint = "Pass api_key to pinecone.new, or set PINECONE_API_KEY." },
   { kind = "payment_required", hint = "Settle the open invoices of the organization in Pinecone's console." },

   { kind = "quota_exceeded", operation = "create_backup",
      hint = "The project holds as many backups as its plan allows: delete some, or raise the quota." },
   { kind = "quota_exceeded", operation = "create_collection",
      hint = "The project holds as many collections as its plan allows: delete one, or raise the quota." },
   { kind = "quota_exceeded", hint = "Delete what is not needed, or raise the project's quota." },
   { kind = "permission_denied", says = { "plan" },
      hint = "Backups and schedules need the Standard or Enterprise plan." },
   { kind = "permission_denied", says = { "deletion protection" },
      hint = "configure_index { index_name = ..., deletion_protection = 'disabled' } allows it." },
   { kind = "permission_denied", says = { "html page" },
      hint = "Something in front of the API refused the request: a proxy, a firewall, or Pinecone's edge." },
   { kind = "permission_denied", hint = "The API key lacks the permission for this operation." },

   { kind = "not_found", operation = "create_collection", modern = true,
      hint = "There is no such source index in the key's project; list_indexes shows those there are." },
   { kind = "not_found", operation = "create_collection",
      hint = "There is no such source index in the key's project." },
   { kind = "not_found", operation = "create_index_from_collection",
      hint = "There is no such source collection in the key's project; list_collections shows those there are." },
   { kind = "not_found", operation = "create_index", hint = "Pinecone does not know this cloud or region." },
   { kind = "not_found", operation = "list_backups", target_of = "index",
      hint = "There is no index {target} in the key's project; list_indexes shows those there are. "
         .. "include_deleted = true lists the backups of one that was deleted, from API version 2026-07 on." },
   { kind = "not_found", target_of = "index",
      hint = "There is no index {target} in the key's project; list_indexes shows those there are." },
   { kind = "not_found", target_of = "backup",
      hint = "There is no backup {target} in the key's project; it may have expired or been deleted. list_backups "
         .. "shows those there are." },
   { kind = "not_found", target_of = "restore",
      hint = "There is no restore job {target}: its index may be deleted. A 404 can also pass; wait_for_restore "
         .. "rides it out." },
   { kind = "not_found", target_of = "schedule",
      hint = "There is no schedule {target}; it goes away with its index. list_backup_schedules shows those of an "
         .. "index." },
   { kind = "not_found", target_of = "collection",
      hint = "There is no collection {target} in the key's project; list_collections shows those there are." },
   { kind = "not_found", modern = true, hint = "Check the path, and the host and API version that were asked." },
   { kind = "not_found", hint = "Check the path, and the environment (or host) that was asked." },

   { kind = "conflict", says = { "schedule" },
      hint = "An index has at most one enabled schedule: pause or delete the other one first." },
   { kind = "conflict", hint = "The name is taken: choose another, or delete what has it." },

   { kind = "precondition_failed", operation = "create_index_from_backup",
      hint = "The backup is not Ready: wait_for_backup waits until it is, or says that it failed." },
   { kind = "precondition_failed", operation = "delete_backup",
      hint = "A restore still reads this backup: wait_for_restore first." },
   { kind = "precondition_failed", operation = "delete_index",
      hint = "A collection is still being made of this index: wait_for_collection first." },

   { kind = "invalid_argument", status = 400, says = { "unknown api version" },
      hint = "Leave api_version out, or name one that Pinecone documents." },
   { kind = "invalid_argument", status = 400, operation = "create_backup", says = { "name" }, hint = false },
   { kind = "invalid_argument", status = 400, operation = "create_backup", hint = ineligible },
   { kind = "invalid_argument", status = 400, operation = "create_backup_schedule",
      says = { "pod", "cmek", "customer", "schema", "support" }, hint = ineligible },
   { kind = "invalid_argument", status = 400, operation = "create_collection", says = { "serverless" },
      modern = true, hint = "Collections are for pod indexes; for serverless ones use create_backup." },
   { kind = "invalid_argument", status = 400, operation = "create_collection", says = { "serverless" },
      hint = "Collections are for pod indexes." },
   { kind = "invalid_argument", status = 400, operation = "create_collection", says = { "quota" }, -- legacy
      hint = "The project holds as many collections as its plan allows: delete one, or raise the quota." },

   { kind = "rate_limited", hint = "Ask less often; retry_after, where it is set, says how many seconds to wait." },
   { kind = "unavailable", hint = "The service is down for a moment; ask again later." },
   { kind = "server", hint = "The service failed. Ask again later; request_id helps Pinecone's support." },
   { kind = "timeout", status = 408, hint = "The service gave up; ask again later." },
   { kind = "timeout", says = { "max_connections" },
      hint = "Raise max_connections, or have fewer calls under way at once." },
   { kind = "timeout", says = { "connection could be made", "connect_timeout" },
      hint = "Check the network, the proxy and the firewall between here and the host." },
   { kind = "timeout", says = { "fell silent" },
      hint = "The service, or something in between, took the request and did not answer; ask again later." },
   { kind = "timeout", hint = "Raise timeout if the service is just slow." },

   { kind = "tls", says = { "ca_file" }, hint = "Check the path in ca_file." },
   { kind = "tls", says = { "wrong version number", "packet length", "unexpected tls packet" },
      hint = "The server does not speak https on that port; check host and port." },
   { kind = "tls", says = { "protocol version", "unsupported protocol" },
      hint = "The server offers only old versions of TLS; TLS 1.2 or newer is needed." },
   { kind = "tls", says = { "has expired", "expiration date" },
      hint = "The server's certificate has expired: it must be renewed, unless this machine's clock is wrong." },
   { kind = "tls", says = { "not yet valid", "not activated" },
      hint = "The server's certificate is not valid yet: check this machine's clock." },
   { kind = "tls", says = { "subject name" },
      hint = "The server's certificate is for another host name: check the spelling of host, and what answers there." },
   { kind = "tls", says = { "server certificate verification failed" }, -- all that GnuTLS tells
      hint = "If the server is right (a proxy that inspects TLS, a private CA), name its CA in ca_file, and let the "
         .. "server send its intermediate certificates. A certificate that has expired or is not valid yet must be "
         .. "renewed, unless this machine's clock is wrong. Else somebody is in between." },
   { kind = "tls", says = { "certificate" },
      hint = "Nobody whom this machine trusts vouches for the server. If it is right (a proxy that inspects TLS, a "
         .. "private CA), name its CA in ca_file, and let the server send its intermediate certificates; else "
         .. "somebody is in between." },
   { kind = "tls", hint = "Check host, port and any proxy that inspects TLS." },
   { kind = "network", says = { "proxy refused" }, hint = proxy_refused },
   { kind = "network", status = 407, hint = proxy_refused },
   { kind = "network", says = { "proxy's host name" },
      hint = "Check the option proxy, and https_proxy and the like in the environment." },
   { kind = "network", says = { "host name was not found" },
      hint = "Check the spelling of host (or environment), and this machine's DNS." },
   { kind = "network", says = { "no connection could be made" },
      hint = "Check that the server (or the proxy, where one is set) runs, and that host and port are right." },
   { kind = "network", hint = "Check the network between here and the host; ask again later." },
   { kind = "too_large", says = { "max_response_bytes" },
      hint = "Ask for smaller pages (limit), or raise max_response_bytes." },
   { kind = "protocol",
      hint = "This may not be Pinecone's API: check host, and any proxy or captive portal in between." },
}

return hints
