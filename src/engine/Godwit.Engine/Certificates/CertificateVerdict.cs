namespace Godwit.Engine.Certificates;

/// <summary>What verifying a <see cref="CertificateFile"/> found. <see cref="Text"/> is one sentence of printable ASCII for a person.</summary>
public abstract record CertificateVerdict
{
    private CertificateVerdict() { }

    public abstract string Text { get; }

    /// <summary>Unchanged since it was signed, by a key this user trusts. Whether the run it tells of succeeded is its own <see cref="Certificate.Verdict"/>.</summary>
    public sealed record Valid(Certificate Certificate, string Kid) : CertificateVerdict
    {
        public override string Text => $"The certificate is valid, signed by the known key {Kid}. {Told(Certificate)}";
    }

    /// <summary>Unchanged since it was signed, by a key that nothing here vouches for: anybody can make such a certificate.</summary>
    public sealed record ValidUnknownSigner(Certificate Certificate, string Kid) : CertificateVerdict
    {
        public override string Text =>
            $"The certificate is unchanged since it was signed, but its signer is unknown: key {Kid}. "
            + $"Ask its owner for the public key and put it into known-signers/ of GODWIT_HOME. {Told(Certificate)}";
    }

    /// <summary>Of a run of a runbook: unchanged since it was signed. Who signed it is judged as for a move's.</summary>
    /// <param name="Known">Whether the signer is known here.</param>
    public sealed record ValidRun(RunCertificate Certificate, string Kid, bool Known) : CertificateVerdict
    {
        public override string Text => Known
            ? $"The certificate is valid, signed by the known key {Kid}. {Told(Certificate)}"
            : $"The certificate is unchanged since it was signed, but its signer is unknown: key {Kid}. Ask its owner for the public key and put it into known-signers/ of GODWIT_HOME. {Told(Certificate)}";
    }

    /// <summary>Changed after signing, or never rightly signed.</summary>
    public sealed record BadSignature(string Reason) : CertificateVerdict
    {
        public override string Text => $"The signature is bad: {Reason}. The certificate was changed after it was signed, or is a forgery.";
    }

    public sealed record NotACertificate(string Reason) : CertificateVerdict
    {
        public override string Text => $"This is not a certificate: {Reason}.";
    }

    private static string Told(Certificate c)
    {
        var rows = c.Tables.Sum(t => t.Rows);
        var quarantined = c.Tables.Sum(t => t.Quarantined);
        var result = c.Verdict == Verdict.Verified ? "moved and verified" : "FAILED verification of";
        return $"Run {Printable(c.RunId)} of {c.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC {result} {Count(rows, "row")} in {Count(c.Tables.Count, "table")}"
            + (quarantined == 0 ? "." : $", {quarantined} more in quarantine.");
    }

    private static string Told(RunCertificate c) =>
        $"Run {Printable(c.RunId)} of {Printable(c.Runbook)}, {c.StartedAt.UtcDateTime:yyyy-MM-dd HH:mm} UTC, "
        + (c.Verdict == RunVerdict.Finished ? $"finished: {Count(c.Steps.Count, "step")} done and verified, {Count(c.Gates.Count, "gate")} passed." : "was rolled back: everything is as it was, and was verified to be.")
        + $" Journal head {c.Journal.Sequence}:{Printable(c.Journal.Hash)}.";

    private static string Count(long number, string thing) => $"{number} {thing}{(number == 1 ? "" : "s")}";

    /// <summary>An unknown signer chose the text: nothing of it may steer a terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Take(100).Select(c => c is > ' ' and <= '~' ? c : '?'));
}
