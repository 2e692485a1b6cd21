using System.Security.Cryptography;
using Godwit.Engine.Runs;

namespace Godwit.Postgres.Gates.Integrity;

/// <summary>
/// Two queries whose rows are the same, in any order, as often: their number, and two sums of the halves of a hash of each row's text. Both are read by one
/// statement, so that both see the same moment; a key of its own each time keeps rows from being made to fit.
/// </summary>
internal sealed record SameRows(string Name, string Left, string Right) : IIntegrityQuestion
{
    public async Task<(bool Holds, string Saw)> AskAsync(IRunTransaction transaction, CancellationToken cancellation)
    {
        var row = (await transaction.QueryAsync(
            $"SELECT l.number, r.number, l.number = r.number AND l.high IS NOT DISTINCT FROM r.high AND l.low IS NOT DISTINCT FROM r.low FROM {Digest(Left)} AS l, {Digest(Right)} AS r",
            1, cancellation, RandomNumberGenerator.GetHexString(32)))[0];
        var (left, right) = ((long)row[0]!, (long)row[1]!);
        return row[2] is true ? (true, $"{Rows(left)} on both sides, equal") : (false, left == right ? $"{Rows(left)} on both sides, not the same" : $"{left} and {right} rows");
    }

    private static string Rows(long number) => number == 1 ? "1 row" : $"{number} rows";

    // On lines of its own: a query may end in a comment.
    private static string Digest(string query) =>
        $"""
        (SELECT count(*) AS number, sum(('x' || left(hash, 16))::bit(64)::bigint::numeric) AS high, sum(('x' || right(hash, 16))::bit(64)::bigint::numeric) AS low
        FROM (SELECT md5($1 || godwit_row::text) AS hash FROM (
        {query.Trim().TrimEnd(';')}
        ) AS godwit_row) AS hashes)
        """;
}
