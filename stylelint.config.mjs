// How our own style sheets are checked. Those under static/vendor are others'.
const SPACE = "/^(margin|padding|gap|row-gap|column-gap|top|right|bottom|left|inset)(-|$)/";

export default {
  extends: "stylelint-config-standard",
  reportNeedlessDisables: true,
  rules: {
    // Sizes come from the scales: static/css/scale.css and the tokens of readers and desk.
    "declaration-property-unit-disallowed-list": [
      { "/^font(-size)?$/": ["rem", "px"], [SPACE]: ["rem"] },
      { message: (property) => `Use a step of the scale for ${property}: see static/css/scale.css and tokens.css` },
    ],
    // Names that come from Python have underscores: `is-in_review`, `#result_list`. The editor has names of its own.
    "selector-class-pattern": "^(EasyMDE|CodeMirror|[a-z])[a-zA-Z0-9]*([-_][a-z0-9]+)*$",
    "selector-id-pattern": "^[a-z][a-z0-9]*([-_][a-z0-9]+)*$",
    // Faces are written as their makers write them.
    "value-keyword-case": ["lower", { ignoreProperties: ["/^--/"] }],
    // newsroom/stylesheets.py reads this form.
    "import-notation": "string",
    // Safari knows only these.
    "property-no-vendor-prefix": [true, { ignoreProperties: ["box-decoration-break", "text-size-adjust"] }],
    // Readers' sheets have a rule a line, and tokens stand in groups.
    "declaration-block-single-line-max-declarations": null,
    "custom-property-empty-line-before": null,
    "comment-empty-line-before": null,
    // Sheets are ordered by what they say: a rule for narrow windows or for one state stands with what it changes.
    "no-descending-specificity": null,
  },
};
