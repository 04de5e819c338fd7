// First words of statements and declarations, of common languages and of those that factories, banks and
// laboratories have (IEC 61131-3, ABAP, COBOL, Fortran, Visual Basic, VHDL and Verilog, assembly, SAS, Solidity,
// Haskell). Words that begin a heading or a sentence as well ("REPORT", "MOVE", "Next") are left out.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

// Sorted by bytes.
// clang-format off
inline constexpr std::string_view kKeywords[] = {
    "#define", "#endif", "#if", "#ifdef", "#include", "#pragma", "@Override", "@interface", "ALTER", "AND",
    "BEGIN", "COMMIT", "CREATE", "DATA:", "DECLARE", "DELETE", "DROP", "Dim", "ELSE", "ELSIF", "END",
    "END-EVALUATE", "END-IF", "END-IF.", "END-PERFORM", "ENDCLASS.", "ENDFORM.", "ENDIF", "ENDIF.", "ENDLOOP",
    "ENDLOOP.", "ENDMETHOD.", "ENDSELECT.", "ENDTRY.", "END_CASE", "END_FOR", "END_FUNCTION",
    "END_FUNCTION_BLOCK", "END_IF", "END_PROGRAM", "END_STRUCT", "END_TYPE", "END_VAR", "END_WHILE", "EXEC",
    "ElseIf", "EndIf", "FIELD-SYMBOLS", "FOREIGN", "FROM", "FUNCTION_BLOCK", "GRANT", "GROUP", "HAVING", "IF",
    "INNER", "INSERT", "JOIN", "LANGUAGE", "LEFT", "LIMIT", "LOOP", "MsgBox", "ON", "ORDER", "PRIMARY", "RAISE",
    "REPLACE", "RETURN", "RETURNS", "ReDim", "SELECT", "SET", "SUBROUTINE", "TYPES:", "UNION", "UPDATE",
    "VALUES", "VAR", "VAR_INPUT", "VAR_IN_OUT", "VAR_OUTPUT", "WHERE", "WITH", "WORKING-STORAGE", "WRITE:",
    "Wend", "abstract", "allocate", "assert", "async", "attr_accessor", "attr_reader", "await", "begin", "bool",
    "break", "case", "catch", "char", "class", "cmp", "const", "constexpr", "constructor", "continue", "data",
    "deallocate", "def", "default", "default:", "defer", "deinit", "delete", "deriving", "do", "done", "double",
    "echo", "elif", "else", "else:", "elseif", "elsif", "emit", "end", "end;", "enddo", "endfunction", "endif",
    "endif;", "endmodule", "ensure", "enum", "esac", "except", "except:", "export", "extends", "extension",
    "extern", "false", "fi", "final", "finally", "finally:", "float", "fmt", "fn", "for", "foreach", "from",
    "fun", "func", "function", "function*", "go", "goto", "guard", "if", "impl", "implements", "implicit",
    "import", "in", "inherited", "init", "int", "interface", "internal", "jmp", "lateinit", "lea", "let", "library",
    "library(", "local", "long", "mapping", "match", "mod", "module", "mov", "mut", "namespace", "new",
    "newtype", "object", "open", "output", "override", "package", "pragma", "print", "printf", "println",
    "private", "proc", "procedure", "protected", "protocol", "provider", "pub", "public", "puts", "quit;", "raise", "reg",
    "repeat", "require", "rescue", "resource", "ret", "return", "run;", "select", "sizeof", "static", "struct",
    "subroutine", "super", "switch", "template", "then", "this", "throw", "throws", "trait", "try", "try:",
    "type", "typedef", "typename", "union", "unless", "unsafe", "unsigned", "until", "use", "using", "val",
    "var", "variable", "virtual", "void", "when", "where", "while", "wire", "with", "yield"};
// clang-format on

}  // namespace sluice::sense::detect
