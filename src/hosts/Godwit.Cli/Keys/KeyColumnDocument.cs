using Godwit.Postgres.Keyring;

namespace Godwit.Cli.Keys;

/// <summary>A column whose values carry the id of the key that made them.</summary>
/// <param name="Kind"><c>data</c>, <c>index</c> or <c>pepper</c>.</param>
/// <param name="Encoding"><c>binary</c>, <c>base64</c>, <c>hex</c> or <c>text</c>.</param>
internal sealed record KeyColumnDocument(string Schema, string Table, string Column, string Kind, string Encoding)
{
    public static KeyColumnDocument Of(KeyColumn column) => new(column.Schema, column.Table, column.Column, Word(column.Kind), Word(column.Encoding));

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
