using System.Globalization;

namespace Godwit.Sqlite.Capture;

/// <summary>What capture makes in a source. Everything that is Godwit's there begins with the same letters, so that it is told from the application's.</summary>
internal static class CaptureNames
{
    public const string Prefix = "_godwit_";

    /// <summary>The change log: the table's number and the changed row's key, in the order of the commits.</summary>
    public const string Changes = Prefix + "changes";

    /// <summary>What the source itself holds of a live move, by <see cref="SqliteState"/>.</summary>
    public const string State = Prefix + "state";

    public static bool IsOwn(string name) => name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    public static string Number(long table) => table.ToString(CultureInfo.InvariantCulture);

    public static string Trigger(int table, string what) => $"{Prefix}{Number(table)}_{what}";

    public static string KeyColumn(int part) => string.Create(CultureInfo.InvariantCulture, $"k{part + 1}");
}
