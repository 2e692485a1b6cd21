using System.Globalization;

namespace Godwit.Postgres.Steps.Sql;

/// <summary>An answer's first value as a person would write it in a runbook.</summary>
internal static class SqlAnswer
{
    public static string? Text(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
