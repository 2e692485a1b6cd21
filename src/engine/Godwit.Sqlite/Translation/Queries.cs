using Godwit.Sqlite.Grammar;

namespace Godwit.Sqlite.Translation;

/// <param name="Columns">What each column of the query holds; their words are of no use outside it.</param>
internal sealed record Query(string Sql, IReadOnlyList<Value> Columns);

/// <summary>Writes queries that stand inside expressions.</summary>
internal interface IQueries
{
    /// <param name="outer">Names that the query sees besides its own.</param>
    /// <param name="output">When set, the words in which each column is put out.</param>
    Query Write(Select select, INames outer, Func<Value, string>? output = null);
}
