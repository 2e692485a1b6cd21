namespace Godwit.Bench.Live;

/// <summary>One request that changes the ledger. Its line in the log says all that another process needs to find it again.</summary>
internal abstract record LedgerWrite
{
    public abstract string Line { get; }
}

internal sealed record Transfer(string Ticket, long Payer, long Payee, long Amount) : LedgerWrite
{
    public override string Line => $"T {Ticket} {Payer} {Payee} {Amount}";
}

/// <summary>OR REPLACE: another profile that has this address goes, and no delete trigger hears of it.</summary>
internal sealed record PutProfile(long Id, string Email, long Version) : LedgerWrite
{
    public override string Line => $"P {Id} {Email} {Version}";
}

internal sealed record OpenSession(string Id, string Token) : LedgerWrite
{
    public override string Line => $"S {Id} {Token}";
}

internal sealed record CloseSession(string Id) : LedgerWrite
{
    public override string Line => $"D {Id}";
}

internal sealed record PutDocument(long Id, byte[] Body) : LedgerWrite
{
    public override string Line => $"B {Id} {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Body))}";
}
