using System.Runtime.CompilerServices;
using Godwit.Http.Modules;
using Godwit.Http.Problems;
using Godwit.Http.Settings;
using Godwit.Identity.Audit;
using Godwit.Identity.Database;
using Godwit.Identity.Settings;
using Godwit.Security.Keyring.Persons;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Godwit.Identity.Register;

/// <summary>Who was erased and which sessions have ended, outside of the database and its backups (<see cref="RegisterFile"/>). The database knows how many lines it has seen.</summary>
internal sealed partial class ErasureRegister(IdentityDatabase database, CommitNotes notes, SettingValues settings, TimeProvider time, ILogger<ErasureRegister> logger) : IErasureRegister, IDisposable
{
    private static readonly Problem s_full = Problem.Of(503) with { RetryAfter = 30 };

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(3);

    /// <summary>A database that is behind stays behind, until that was looked into: it may be a restored one.</summary>
    private const string Seen = "UPDATE identity.erasure_register SET position = $1 WHERE position = $2";

    private RegisterFile? _file;

    public RegisterFile File => _file ?? throw new InvalidOperationException("the register is opened before the first request");

    /// <param name="visit">Is given each line that the database has not seen.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="ModuleRefusedException">It cannot be read or written, or is not the one that the database knows.</exception>
    public async Task OpenAsync(Action<RegisterLine> visit, CancellationToken cancellation)
    {
        var (installation, known, register) = await database.WithAsync(
            connection => Statement.FirstAsync(
                connection, "SELECT installation::text, position, register FROM identity.schema_version, identity.erasure_register", r => (r.GetString(0), r.GetInt64(1), r.IsDBNull(2) ? null : r.GetString(2)), cancellation),
            cancellation);
        try
        {
            _file = new RegisterFile(settings.TextOrNull(IdentitySettings.Register.Name) ?? Path.Combine(EventSealer.HomeOf(settings), "register"), installation, time);
            await _file.CatchUpAsync(
                line =>
                {
                    if (line.Number > known) visit(line);
                },
                cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ModuleRefusedException(e is InvalidDataException ? e.Message : $"the register of erasures cannot be read or written: {IdentitySettings.Register.Name} names its folder");
        }
        notes.Writer = CommitAsync;
        var other = register is not null && register != _file.Id;
        if (_file.Position >= known && !other) return;
        var lost = other
            ? $"the register of erasures in this folder is not the one that the database knows: other hosts write another one. All hosts of a database share one folder ({IdentitySettings.Register.Name}); docs/identity-people.md says what to do when it is lost"
            : $"the register of erasures has {_file.Position} lines and the database knows {known}: it is another one, or an old copy. Bring it back ({IdentitySettings.Register.Name}); docs/identity-people.md says what to do when it is lost";
        if (other || settings.Production) throw new ModuleRefusedException(lost);
        Lost(logger, _file.Position, known);
        await database.InTransactionAsync(connection => Statement.RunAsync(connection, "UPDATE identity.erasure_register SET position = $1", cancellation, Statement.P(_file.Position)), cancellation);
    }

    public Task AddAsync(string person, CancellationToken cancellation) => AppendAsync(RegisterLine.Erased, [person], cancellation);

    /// <summary>Notes sessions whose end has committed, before anybody is told so.</summary>
    /// <exception cref="ProblemException">503: the register cannot be written; the sessions are ended all the same.</exception>
    public async Task EndedAsync(IReadOnlyList<Guid> families)
    {
        if (families.Count > 0) await AppendAsync(RegisterLine.Ended, [.. families.Select(f => f.ToString())], CancellationToken.None);
    }

    /// <summary>Those of the accounts in the database that the register has as erased.</summary>
    public async IAsyncEnumerable<string> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var (_, uuid) in await AccountsAsync(cancellation)) yield return uuid.ToString();
    }

    /// <summary>The same, with the account's number: they are there because the database is older than their erasure.</summary>
    public async Task<IReadOnlyList<(long Id, Guid Uuid)>> AccountsAsync(CancellationToken cancellation)
    {
        List<(long, Guid)> found = [];
        if (File.Erased.Count == 0) return found;
        for (var after = 0L; ;)
        {
            var batch = await database.WithAsync(
                connection => Statement.AllAsync(
                    connection, "SELECT id, uuid FROM identity.users WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT 10000", r => (Id: r.GetInt64(0), Uuid: r.GetGuid(1)), cancellation, Statement.P(after)),
                cancellation);
            if (batch.Count == 0) return found;
            found.AddRange(batch.Where(u => File.Erased.Contains(File.SubjectOf(RegisterLine.Erased, u.Uuid.ToString()))));
            after = batch[^1].Id;
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>Writes what a transaction takes away and commits it, while nobody else writes: no backup has one line and not the transaction of a line before it.</summary>
    private Task CommitAsync(NpgsqlConnection connection, IReadOnlyList<RegisterNote> lost, Func<CancellationToken, Task> commit, CancellationToken cancellation) => WriteAsync(
        [.. lost.Select(n => (n.Kind, File.SubjectOf(RegisterLine.Revoked, n.Hashed)))],
        async (before, position) =>
        {
            using var bounded = Bounded(cancellation);
            await Statement.RunAsync(connection, Seen, bounded.Token, Statement.P(position), Statement.P(before));
            await commit(bounded.Token);
        },
        cancellation);

    private Task AppendAsync(string kind, IReadOnlyList<string> subjects, CancellationToken cancellation) => WriteAsync(
        [.. subjects.Select(s => (kind, File.SubjectOf(kind, s)))],
        async (before, position) =>
        {
            using var bounded = Bounded(CancellationToken.None);
            try
            {
                await database.WithAsync(connection => Statement.RunAsync(connection, Seen, bounded.Token, Statement.P(position), Statement.P(before)), bounded.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ProblemException)
            {
                // The lines are on the disk; the next look at the mark tells the database so.
            }
        },
        cancellation);

    private async Task WriteAsync(IReadOnlyList<(string Kind, string Subject)> lines, Func<long, long, Task> then, CancellationToken cancellation)
    {
        try
        {
            await File.AddAsync(lines, then, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Nothing is acknowledged that a restore would take back.
            Unwritable(logger, e.GetType().Name);
            throw new ProblemException(s_full, e);
        }
    }

    /// <summary>A host whose way to the database is cut off holds the file for so long, and others wait longer.</summary>
    public CancellationTokenSource Bounded(CancellationToken cancellation)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(s_longest);
        return source;
    }

    [LoggerMessage(2320, LogLevel.Warning, "the register of erasures has {lines} lines where the database knows {known}: development goes on with what is there", EventName = "RegisterLost")]
    private static partial void Lost(ILogger logger, long lines, long known);

    [LoggerMessage(2321, LogLevel.Error, "the register of erasures cannot be written: {fault}", EventName = "RegisterUnwritable")]
    private static partial void Unwritable(ILogger logger, string fault);
}
