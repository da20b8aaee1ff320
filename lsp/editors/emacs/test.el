;;; test.el --- What ztp-mode does by itself, and what eglot shows -*- lexical-binding: t -*-

;; emacs -Q --batch -L …/lsp/editors/emacs -l …/test.el, started in the project that lsp/tests/emacs.rs lays out.

;;; Code:

(require 'ztp-mode)
(require 'cl-lib)

(defun ztp-test--done (what) (princ (format "ok: %s\n" what)))

(defun ztp-test--face (text word)
  "The face of WORD in a buffer of TEXT."
  (with-temp-buffer
    (insert text)
    (ztp-mode)
    (font-lock-ensure)
    (goto-char (point-min))
    (search-forward word)
    (get-text-property (match-beginning 0) 'face)))

(dolist (case '(("workload api serves http 80" "workload" font-lock-keyword-face)
                ("workload api serves http 80" "api" font-lock-type-face)
                ("workload api serves http 80" "serves" font-lock-keyword-face)
                ("a may not reach world" "may" font-lock-keyword-face)
                ("a may not reach world" "reach" font-lock-builtin-face)
                ("a may not reach world" "world" font-lock-constant-face)
                ("reach may use b { # c" "reach" nil)
                ("reach may use b { # c" "# c" font-lock-comment-delimiter-face)
                ("a may GET /may/reach on b" "/may" font-lock-string-face)
                ("a may reach noworld, b-on" "noworld" nil)
                ("a may reach b until 2031-01-01" "until" font-lock-keyword-face)
                ("project may reach a" "project" nil)
                ("nodes, cluster may reach a" "nodes" font-lock-constant-face)))
  (cl-destructuring-bind (text word face) case
    (unless (eq (ztp-test--face text word) face)
      (error "%s in %s is %s" word text (ztp-test--face text word)))))
(ztp-test--done "words are coloured where they are keywords")

(with-temp-buffer
  (insert "namespace shop {\na may use b {\nGET /x\n}\na may reach b,\nc\nuntil 2031-01-01\n}\n")
  (ztp-mode)
  (indent-region (point-min) (point-max))
  (unless (equal (buffer-string)
                 (concat "namespace shop {\n  a may use b {\n    GET /x\n  }\n  a may reach b,\n      c\n"
                         "      until 2031-01-01\n}\n"))
    (error "Indented as\n%s" (buffer-string))))
(ztp-test--done "blocks are indented")

(if (not (require 'eglot nil t))
    (princ "skipped: no eglot\n")
  (setq eglot-sync-connect 10 flymake-no-changes-timeout 0.1)
  (find-file "shop/shop.ztp")
  (apply #'eglot--connect (append (eglot--guess-contact) nil))
  (flymake-mode 1)
  (let ((until (+ (float-time) 20)))
    (while (and (null (flymake-diagnostics)) (< (float-time) until))
      (accept-process-output nil 0.1)
      (flymake-start)))
  (unless (cl-some (lambda (found) (string-match-p "ghost" (flymake-diagnostic-text found))) (flymake-diagnostics))
    (error "No diagnostic: %s" (flymake-diagnostics)))
  (ztp-test--done "a diagnostic is shown")
  (eglot-shutdown (eglot-current-server)))

;;; test.el ends here
