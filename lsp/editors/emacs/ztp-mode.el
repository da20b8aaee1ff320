;;; ztp-mode.el --- Major mode for ztp -*- lexical-binding: t -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages

;;; Commentary:

;; Colours, comments, indentation and an index for `.ztp' files, and what eglot needs to start `ztp-lsp'.
;;
;;   (add-to-list 'load-path "/path/to/ztp/lsp/editors/emacs")
;;   (require 'ztp-mode)
;;   (add-hook 'ztp-mode-hook #'eglot-ensure)

;;; Code:

(defgroup ztp nil "Zero-trust pod networking in sentences." :group 'languages)

(defcustom ztp-server-command '("ztp-lsp")
  "The language server and its arguments."
  :type '(repeat string))

(defconst ztp-indent-offset 2 "Blanks that a block is indented by, as `ztp fmt' has it.")

(defconst ztp--start "\\(?:^\\|[;{}]\\)[ \t]*" "Where a sentence may begin.")

(defconst ztp--name "\\([[:alnum:]_][[:alnum:]_-]*\\)")

(defconst ztp--declaring
  (regexp-opt '("platform" "project" "cluster" "namespace" "namespaces" "nodes" "workload" "workloads" "external" "group"
                "enforce" "expose" "assert" "accept" "no" "nothing")))

(defconst ztp--facts
  (regexp-opt '("enforcer" "features" "dns" "domain" "search" "pods" "apiserver" "mesh-name" "regex-budget" "cloud")))

(defconst ztp--actions (regexp-opt '("reach" "use" "call" "resolve" "ping" "request") t))

(defconst ztp--entities
  (regexp-opt '("anything" "world" "cluster" "host" "remote-node" "nodes" "kube-apiserver" "ingress" "health" "init"
                "unmanaged" "private" "cloud-metadata") t))

(defun ztp--words (&rest words)
  "A pattern for any of WORDS between blanks, as its first group."
  (concat "\\(?:^\\|[ \t]\\)" (regexp-opt words t) "\\(?:[ \t]\\|$\\)"))

;; The first pattern that colours a place has it: so what words are only at some places comes with what stands around
;; them, and names come last.
(defconst ztp-font-lock-keywords
  `(;; Paths and label entries, in which no word is a keyword.
    ("\\(?:^\\|[ \t]\\)\\(/[^ \t\n\";]*\\)" 1 font-lock-string-face)
    ("\\([[:alnum:]_./-]+\\):[ \t]+\\([^][ \t\n\"{},;()]+\\)"
     (1 font-lock-variable-name-face) (2 font-lock-string-face))
    ;; Who is declared.
    (,(concat ztp--start "\\(namespaces?\\|project\\|cluster\\)[ \t]+" ztp--name "[ \t]*\\(?:$\\|[{#;]\\|in \\|labels \\|owner \\|enforcing \\)")
     (1 font-lock-keyword-face) (2 font-lock-constant-face))
    (,(concat ztp--start "\\(workload\\)[ \t]+\\(?:[[:alnum:]_-]+/\\)?" ztp--name)
     (1 font-lock-keyword-face) (2 font-lock-type-face))
    (,(concat ztp--start "\\(external\\|group\\)[ \t]+" ztp--name "[ \t]*=")
     (1 font-lock-keyword-face) (2 font-lock-type-face))
    (,(concat ztp--start "\\(nodes\\)[ \t]+" ztp--name "[ \t]*{")
     (1 font-lock-keyword-face) (2 font-lock-type-face))
    ;; Who may do what.
    (,(concat "[] \t)}]\\(may\\|can\\|cannot\\)\\(?:[ \t]+\\(not\\|always\\|only\\)\\)?\\(?:[ \t]+" ztp--actions "\\)?[ \t]")
     (1 font-lock-keyword-face) (2 font-lock-keyword-face nil t) (3 font-lock-builtin-face nil t))
    (,(concat ztp--start "\\(request\\)[ \t]+[/\"]") 1 font-lock-builtin-face)
    ("\\_<\\([A-Z][A-Z-]*\\)\\(?:,\\|[ \t]+[/\"m]\\)" 1 font-lock-builtin-face)
    ("[ \t]\\(matching\\)[ \t]+\"" 1 font-lock-builtin-face)
    (,(concat ztp--start "\\(" ztp--declaring "\\|" ztp--facts "\\)\\(?:[ \t]+[^ \t,m]\\|[ \t]*$\\)") 1 font-lock-keyword-face)
    (,(concat ztp--start "\\(nothing\\)[ \t]+\\(but\\)[ \t]") (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    (,(concat ztp--start "\\(assert\\)[ \t]+\\(only\\|nothing\\)[ \t]")
     (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ;; What may follow.
    ("[ \t]\\(workloads?\\)[ \t]+\\(by\\|in\\|may\\|except\\)[ \t]" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("\\(?:^\\|[ \t]\\)\\(every\\)[ \t]+\\(workload\\|namespace\\)\\_>"
     (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("[ \t]\\(any\\)[ \t]+\\(name\\)\\_>" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("[ \t]\\(as\\)[ \t]+\\(serviceaccount\\)[ \t]" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("[ \t]\\(labels\\)[ \t]*{" 1 font-lock-keyword-face)
    ("[ \t]\\(owner\\)[ \t]+\"" 1 font-lock-keyword-face)
    ("[ \t]\\(serves\\)[ \t]+[[:alnum:]-]+[ \t]+[0-9]" 1 font-lock-keyword-face)
    ("\\_<\\(enforc\\(?:e\\|ing\\)\\)[ \t]+\\(ingress\\|egress\\|nothing\\)\\(?:,[ \t]*\\(ingress\\|egress\\)\\)?"
     (1 font-lock-keyword-face) (2 font-lock-constant-face) (3 font-lock-constant-face nil t))
    ("\\_<\\(with\\)[ \t]+\\(mutual\\)[ \t]+\\(auth\\)"
     (1 font-lock-keyword-face) (2 font-lock-keyword-face) (3 font-lock-keyword-face))
    ("\\_<\\(with\\)[ \t]+\\(tls\\)[ \t]+\\(name\\)[ \t]"
     (1 font-lock-keyword-face) (2 font-lock-keyword-face) (3 font-lock-keyword-face))
    ("\\_<\\(with\\)[ \t]+\\(header\\)[ \t]" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("\\_<\\(without\\)[ \t]+\\(query\\)" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    ("\\_<\\(at\\)[ \t]+\\(host\\)[ \t]" (1 font-lock-keyword-face) (2 font-lock-keyword-face))
    (,(ztp--words "on" "to" "in" "not" "for" "except" "with" "without" "at" "until" "because") 1 font-lock-keyword-face)
    ;; What stands for peers by itself.
    (,(concat "\\(?:^\\|[ \t,(]\\)" ztp--entities "\\(?:[] \t,;:)]\\|$\\)") 1 font-lock-constant-face))
  "What `ztp-mode' colours.")

(defvar ztp-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (dolist (character '(?- ?_ ?. ?*) table)
      (modify-syntax-entry character "_" table))))

(defun ztp-indent-line ()
  "Indent by the brackets around; what goes on with a sentence stays as it is."
  (interactive)
  (let* ((depth (save-excursion
                  (back-to-indentation)
                  (let ((depth (car (syntax-ppss))))
                    (if (looking-at "[]})]") (1- depth) depth))))
         (goes-on (save-excursion
                    (back-to-indentation)
                    (or (looking-at "\\(?:on\\|at\\|with\\|without\\|except\\|until\\|because\\|to\\)[ \t]")
                        (progn (forward-line -1) (looking-at ".*,[ \t]*$")))))
         (column (* ztp-indent-offset depth)))
    (unless (and goes-on (> (current-indentation) column))
      (indent-line-to (if goes-on (+ column 4) column)))))

;;;###autoload
(define-derived-mode ztp-mode prog-mode "ztp"
  "Major mode for ztp, sentences on who may reach whom in a cluster."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'ztp-indent-line)
  (setq-local font-lock-defaults '(ztp-font-lock-keywords))
  (setq-local imenu-generic-expression
              `(("Namespaces" ,(concat "^[ \t]*namespace[ \t]+" ztp--name) 1)
                ("Workloads" "^[ \t]*workload[ \t]+\\([[:alnum:]_/-]+\\)" 1)
                ("Externals and groups" ,(concat "^[ \t]*\\(?:external\\|group\\)[ \t]+" ztp--name) 1))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.ztp\\'" . ztp-mode))

(defvar eglot-server-programs)
(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs (cons 'ztp-mode (lambda (&rest _) ztp-server-command))))

(provide 'ztp-mode)
;;; ztp-mode.el ends here
