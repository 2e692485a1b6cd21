using System.Runtime.CompilerServices;
using Npgsql;

namespace Godwit.Identity.Register;

/// <summary>
/// What a transaction takes away from somebody, until it commits: then it is written into the register first, so that no answer says that something is gone which a restored backup would bring back.
/// </summary>
internal sealed class CommitNotes
{
    private readonly ConditionalWeakTable<NpgsqlConnection, List<RegisterNote>> _notes = [];

    /// <summary>Writes notes and commits, in one; null while there is no register yet.</summary>
    public Func<NpgsqlConnection, IReadOnlyList<RegisterNote>, Func<CancellationToken, Task>, CancellationToken, Task>? Writer { get; set; }

    /// <summary>At the beginning of a transaction.</summary>
    public void Begin(NpgsqlConnection connection) => _notes.AddOrUpdate(connection, []);

    /// <exception cref="InvalidOperationException">The connection has no transaction that would write it.</exception>
    public void Add(NpgsqlConnection connection, RegisterNote note)
    {
        if (!_notes.TryGetValue(connection, out var notes)) throw new InvalidOperationException("what is taken away is taken away in a transaction of IdentityDatabase");
        if (!notes.Contains(note)) notes.Add(note);
    }

    /// <summary>At its end.</summary>
    public Task CommitAsync(NpgsqlConnection connection, Func<CancellationToken, Task> commit, CancellationToken cancellation) =>
        Writer is { } writer && _notes.TryGetValue(connection, out var notes) && notes.Count > 0 ? writer(connection, notes, commit, cancellation) : commit(cancellation);
}
