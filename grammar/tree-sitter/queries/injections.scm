((matching (string (string_content) @injection.content))
  (#set! injection.language "regex")
  (#set! injection.combined))

((comment) @injection.content
  (#set! injection.language "comment"))
