using System.Text;
using System.Text.Json;
using Godwit.Engine.Certificates;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Certificates;

public sealed class CertificateFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("godwit-certificate-").FullName;
    private readonly SigningKey _key = SigningKey.Create();
    private readonly KnownSigners _nobody = new([]);

    private string FilePath => Path.Combine(_folder, "run.certificate.json");

    public void Dispose()
    {
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_certificate_of_a_known_signer_is_valid_and_reads_back_equal()
    {
        var written = CertificateFile.Write(FilePath, SampleCertificate.Make(), _key);
        var valid = Assert.IsType<CertificateVerdict.Valid>(CertificateFile.Verify(FilePath, new KnownSigners([_key.Public])));
        Assert.Equal(_key.Kid, valid.Kid);
        Assert.Equivalent(written, valid.Certificate, strict: true);
        Assert.Contains("moved and verified 4 rows in 1 table, 1 more in quarantine", valid.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_is_on_the_disk_under_its_name_before_anybody_is_told()
    {
        using var watch = new FolderWatch(_folder);
        CertificateFile.Write(FilePath, SampleCertificate.Make(), _key);
        var seen = watch.Seen();
        // Nothing but a sync opens the folder itself.
        Assert.True(seen.IndexOf("opened itself") > seen.IndexOf("renamed to run.certificate.json"), string.Join('\n', seen));
        Assert.Contains("renamed to run.certificate.json", seen);
    }

    [Fact]
    public void An_unknown_signer_is_told_apart_from_a_bad_signature()
    {
        CertificateFile.Write(FilePath, SampleCertificate.Make(), _key);
        var unknown = Assert.IsType<CertificateVerdict.ValidUnknownSigner>(CertificateFile.Verify(FilePath, _nobody));
        Assert.Contains("unknown", unknown.Text, StringComparison.Ordinal);
        Assert.Contains(_key.Kid, unknown.Text, StringComparison.Ordinal);
        File.WriteAllText(FilePath, File.ReadAllText(FilePath).Replace("\"rows\": 4,", "\"rows\": 5,", StringComparison.Ordinal));
        Assert.IsType<CertificateVerdict.BadSignature>(CertificateFile.Verify(FilePath, _nobody));
    }

    [Fact]
    public void A_failed_run_is_certified_as_failed()
    {
        CertificateFile.Write(FilePath, SampleCertificate.Make() with { Verdict = Verdict.Failed }, _key);
        Assert.Contains("FAILED", CertificateFile.Verify(FilePath, _nobody).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void White_space_order_and_escapes_do_not_matter()
    {
        CertificateFile.Write(FilePath, SampleCertificate.Make(), _key);
        using var document = JsonDocument.Parse(File.ReadAllText(FilePath));
        var members = document.RootElement.EnumerateObject().Reverse().Select(m => $"\"{m.Name}\":{m.Value.GetRawText().Replace("\\u00F6", "ö", StringComparison.Ordinal)}");
        var rewritten = "\r\n{" + string.Join(" ,\t", members) + "}";
        Assert.IsType<CertificateVerdict.ValidUnknownSigner>(CertificateFile.Verify(Encoding.UTF8.GetBytes(rewritten), _nobody));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{}", "format")]
    [InlineData("[1]", "format")]
    [InlineData("{\"format\":\"godwit-certificate/2\"}", "format")]
    [InlineData("{\"format\":\"godwit-certificate/1\"}", "not signed")]
    [InlineData("{\"format\":\"godwit-certificate/1\",\"signature\":{},\"x\":1.5}", "whole number")]
    public void What_is_no_certificate_says_why(string json, string reason)
    {
        var verdict = Assert.IsType<CertificateVerdict.NotACertificate>(CertificateFile.Verify(Encoding.UTF8.GetBytes(json), _nobody));
        Assert.Contains(reason, verdict.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_said_so() =>
        Assert.Contains("no such file", CertificateFile.Verify(FilePath, _nobody).Text, StringComparison.Ordinal);

    [Fact]
    public void Something_else_signed_by_a_known_key_is_no_certificate()
    {
        var signature = System.Buffers.Text.Base64Url.EncodeToString(_key.Sign("""{"format":"godwit-certificate/1"}"""u8));
        var json = $$$"""{"format":"godwit-certificate/1","signature":{"alg":"ES256","kid":"{{{_key.Kid}}}","jwk":{"kty":"EC","crv":"P-256","x":"{{{_key.Public.X}}}","y":"{{{_key.Public.Y}}}"},"value":"{{{signature}}}"}}""";
        var verdict = CertificateFile.Verify(Encoding.UTF8.GetBytes(json), new KnownSigners([_key.Public]));
        Assert.Contains("lacks", Assert.IsType<CertificateVerdict.NotACertificate>(verdict).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_file_is_replaced_whole_and_no_draft_is_left()
    {
        File.WriteAllText(FilePath, "older");
        CertificateFile.Write(FilePath, SampleCertificate.Make(), _key);
        Assert.Equal([FilePath], Directory.EnumerateFileSystemEntries(_folder));
        Assert.All(File.ReadAllText(FilePath), c => Assert.True(c is '\n' or (>= ' ' and <= '~')));
    }

    [Fact]
    public void A_file_that_cannot_be_written_leaves_no_draft()
    {
        Directory.CreateDirectory(FilePath);
        Assert.ThrowsAny<SystemException>(() => CertificateFile.Write(FilePath, SampleCertificate.Make(), _key));
        Assert.Equal([FilePath], Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void An_unknown_signers_text_cannot_steer_the_terminal()
    {
        CertificateFile.Write(FilePath, SampleCertificate.Make() with { RunId = "\u001b[2J\u202e\nforged" }, _key);
        Assert.All(CertificateFile.Verify(FilePath, _nobody).Text, c => Assert.InRange(c, ' ', '~'));
    }
}
