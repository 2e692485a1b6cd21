using System.Text.RegularExpressions;
using Godwit.Model.Findings;
using Godwit.Sqlite.Native;

namespace Godwit.Sqlite.Opening;

/// <summary>
/// <c>PRAGMA quick_check</c> as findings (https://sqlite.org/pragma.html#pragma_quick_check). It also tells values that do not suit their column's
/// declaration; those are no damage to the file and get codes of their own. It says nothing of CHECK constraints: a read-only connection does not
/// compile them.
/// </summary>
internal static partial class SourceCheck
{
    private const int MostMessages = 100;

    public static Finding Corrupt(string message) => Finding.Error(FindingCodes.Corrupt, $"The source is corrupt: {message}",
        remedy: "Restore it from a backup, or rescue what is there with the sqlite3 shell's .recover, and move the result.");

    public static IReadOnlyList<Finding> Run(SqliteConnection connection, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var messages = new List<string>();
        using var interrupt = cancellationToken.Register(connection.Interrupt);
        try
        {
            using var statement = connection.Prepare($"PRAGMA quick_check({MostMessages})");
            while (statement.Step()) messages.AddRange(statement.GetText(0).Split('\n'));
        }
        catch (SqliteException fault) when (fault.Code == SqliteApi.Interrupted)
        {
            throw new OperationCanceledException("the check was cancelled", fault, cancellationToken);
        }
        catch (SqliteException fault) when (fault.Code is SqliteApi.Corrupt or SqliteApi.NotADatabase)
        {
            messages.Add(fault.Message);
        }

        return [.. messages.Where(IsComplaint).Select(m => Explain(connection, m)).Distinct()];
    }

    private static bool IsComplaint(string message) => message is not ("" or "ok") && !message.StartsWith("***", StringComparison.Ordinal);

    private static Finding Explain(SqliteConnection connection, string message)
    {
        if (UnsuitableValue().Match(message) is not { Success: true } match) return Corrupt(message);
        var place = PlaceOf(connection, match.Groups["subject"].Value);
        return match.Groups["what"].Value == "NULL"
            ? Finding.Error(FindingCodes.NotNullViolated, $"A row holds NULL in a column declared NOT NULL: {message}", place)
            : Finding.Note(FindingCodes.MixedStorage, $"A value is stored as its column's declaration would not store it: {message}", place);
    }

    /// <summary>The message has <c>table.column</c> unquoted: the longest table's name that fits is meant.</summary>
    private static Place.InTable PlaceOf(SqliteConnection connection, string subject)
    {
        var table = connection.QueryText(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(?1, 1, length(name) + 1) = name || '.' ORDER BY length(name) DESC LIMIT 1",
            subject);
        return table is null ? new Place.InTable(subject) : new Place.InTable(table, null, subject[(table.Length + 1)..]);
    }

    [GeneratedRegex(@"^(?<what>NULL|TEXT|NUMERIC|non-\w+) value in (?<subject>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex UnsuitableValue();
}
