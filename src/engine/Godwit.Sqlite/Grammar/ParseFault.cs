namespace Godwit.Sqlite.Grammar;

/// <summary>Carries an error out of the parser's recursion; it never leaves <see cref="SqlParser"/>.</summary>
internal sealed class ParseFault(int position, string message) : Exception(message)
{
    public int Position { get; } = position;
}
