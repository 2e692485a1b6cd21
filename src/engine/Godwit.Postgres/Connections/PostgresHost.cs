namespace Godwit.Postgres.Connections;

/// <summary>One server of a URL: a host name or address, or the folder of a unix socket.</summary>
/// <param name="Name">The name as given; what a password file's first field is compared with.</param>
/// <param name="Address">The address of <c>hostaddr</c>, which spares the look-up of the name.</param>
public sealed record PostgresHost(string Name, int Port, string? Address = null)
{
    public bool IsSocket => Address is null && Name.Length > 0 && Name[0] is '/' or '@';

    public override string ToString() =>
        IsSocket ? Path.Combine(Name, $".s.PGSQL.{Port}") : Name.Contains(':', StringComparison.Ordinal) ? $"[{Name}]:{Port}" : $"{Name}:{Port}";
}

/// <summary>Which of several servers will do (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS).</summary>
public enum SessionDemand
{
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}
