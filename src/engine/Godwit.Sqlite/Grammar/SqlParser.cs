namespace Godwit.Sqlite.Grammar;

/// <summary>Reads SQLite's SQL (https://sqlite.org/lang.html) as far as sqlite_schema holds it. Nothing is thrown for a text that is wrong.</summary>
public static class SqlParser
{
    /// <summary>A CREATE TABLE, INDEX, VIEW, TRIGGER or VIRTUAL TABLE, with or without a semicolon at its end.</summary>
    public static ParseResult ParseSchemaStatement(string sql)
    {
        try
        {
            return new ParseResult.Success(new Parser(sql).ParseSchemaStatement());
        }
        catch (ParseFault fault)
        {
            return new ParseResult.Failure(Describe(sql, fault));
        }
    }

    /// <summary>One expression and nothing after it.</summary>
    public static ExpressionResult ParseExpression(string sql)
    {
        try
        {
            return new ExpressionResult.Success(new Parser(sql).ParseWholeExpression());
        }
        catch (ParseFault fault)
        {
            return new ExpressionResult.Failure(Describe(sql, fault));
        }
    }

    private static ParseError Describe(string sql, ParseFault fault)
    {
        var before = sql.AsSpan(0, Math.Min(fault.Position, sql.Length));
        return new ParseError(fault.Position, before.Count('\n') + 1, before.Length - (before.LastIndexOf('\n') + 1) + 1, fault.Message);
    }
}
