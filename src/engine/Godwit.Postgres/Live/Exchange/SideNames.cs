using Npgsql;

namespace Godwit.Postgres.Live.Exchange;

/// <summary>
/// Which of two names each table of a live move has, where both its sides are in one database: the sides exchange them when writers are taken from one to the other. What is known
/// here is looked at again in each transaction that goes by names, once its tables are locked: from then on nobody exchanges them.
/// </summary>
public sealed class SideNames
{
    /// <summary>Names are exchanged a few times in the life of a move.</summary>
    private const int Attempts = 5;

    private readonly Guid _move;
    private volatile bool _exchanged;

    /// <param name="move">The move.</param>
    /// <param name="oldSchema">The schema in which the old side's tables were planned.</param>
    /// <param name="exchanged">Whether the names are exchanged now.</param>
    public SideNames(Guid move, string oldSchema, bool exchanged) => (_move, OldSchema, _exchanged) = (move, oldSchema, exchanged);

    public string OldSchema { get; }

    public bool AreExchanged => _exchanged;

    internal void Note(bool exchanged) => _exchanged = exchanged;

    internal static async Task<bool> ReadAsync(NpgsqlConnection connection, Guid move, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT exchanged FROM godwit.live_moves WHERE move = $1", connection) { Parameters = { new() { Value = move } } };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    /// <exception cref="NamesChangedException">They are others than were known here; now they are known.</exception>
    internal async Task CheckAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var now = await ReadAsync(connection, _move, cancellation);
        if (now == _exchanged) return;
        _exchanged = now;
        throw new NamesChangedException();
    }

    /// <summary>Does it again where names were exchanged meanwhile.</summary>
    internal static async Task<T> RunAsync<T>(SideNames? names, Func<Task<T>> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await work();
            }
            catch (NamesChangedException) when (names is not null && attempt < Attempts)
            {
                // Nothing was done under the former names.
            }
        }
    }
}

/// <summary>Tables were exchanged while something was about to be done by their names. Nothing was done.</summary>
internal sealed class NamesChangedException() : Exception("the tables have exchanged their names meanwhile");
