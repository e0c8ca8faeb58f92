// How our own scripts are checked. Those under static/vendor are others'.
import js from "@eslint/js";
import globals from "globals";

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "arrow-body-style": "error",
      "default-case-last": "error",
      eqeqeq: "error",
      "no-else-return": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-loop-func": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "NewExpression[callee.name=/^(Custom)?Event$/][arguments.0.value=/^(?!input$)[^:]*$/]",
          message: "An event of our own has a colon in its name, and is listed in docs/javascript.md.",
        },
      ],
      "no-self-compare": "error",
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unused-expressions": "error",
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "no-useless-concat": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-arrow-callback": "error",
      "prefer-const": "error",
      "prefer-template": "error",
      strict: ["error", "never"],
    },
  },
  {
    files: ["static/js/**/*.js"],
    languageOptions: {
      sourceType: "script",
      globals: { ...globals.browser, EasyMDE: "readonly" },
    },
  },
];
