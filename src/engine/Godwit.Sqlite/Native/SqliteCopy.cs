namespace Godwit.Sqlite.Native;

/// <summary>SQLite's online backup (https://sqlite.org/c3ref/backup_finish.html): pages of one connection's database into another's.</summary>
public sealed class SqliteCopy : IDisposable
{
    private nint _backup;

    public SqliteCopy(SqliteConnection source, SqliteConnection target)
    {
        _backup = SqliteApi.BackupInit(target.Handle, "main", source.Handle, "main");
        if (_backup == 0) throw target.Fault(SqliteApi.ExtendedErrorCode(target.Handle));
    }

    /// <summary>Pages that are left, as of the last step.</summary>
    public int Remaining => SqliteApi.BackupRemaining(_backup);

    /// <summary>Copies so many pages, or all that are left when negative. A writer between two steps makes it begin anew by itself.</summary>
    /// <returns>Whether it is done.</returns>
    /// <exception cref="SqliteException">A fault; a transient one may be tried again.</exception>
    public bool Step(int pages)
    {
        var code = SqliteApi.BackupStep(_backup, pages);
        return code switch
        {
            SqliteApi.Done => true,
            SqliteApi.Ok => false,
            _ => throw new SqliteException(code, code is SqliteApi.Busy or SqliteApi.Locked ? "somebody writes" : "the copy failed"),
        };
    }

    /// <summary>Lets go of both; what was copied and not finished is rolled back by SQLite. Faults were thrown by <see cref="Step"/>, which this repeats.</summary>
    public void Dispose()
    {
        if (_backup == 0) return;
        _ = SqliteApi.BackupFinish(_backup);
        _backup = 0;
    }
}
