using System.Text;
using Godwit.Engine.Reports;
using Godwit.Security.Signing;

namespace Godwit.Engine.Tests.Reports;

public sealed class ReportSignatureTests : IDisposable
{
    private readonly SigningKey _key = SigningKey.Create();

    private KnownSigners Known => new([_key.Public]);

    [Fact]
    public void A_report_is_as_it_was_signed_by_whom_it_says()
    {
        var run = Guid.NewGuid();
        var bytes = Encoding.UTF8.GetBytes(ReportSignature.Append("# Report\n", run, _key));
        Assert.Equal(new ReportVerdict(run, _key.Public, SignerVerdict.KnownSigner), ReportSignature.Verify(bytes, Known));
        Assert.Equal(SignerVerdict.UnknownSigner, ReportSignature.Verify(bytes, new KnownSigners([])).Signature);
    }

    [Fact]
    public void Every_byte_that_is_changed_shows()
    {
        var bytes = Encoding.UTF8.GetBytes(ReportSignature.Append("# Report\n", Guid.NewGuid(), _key));
        for (var i = 0; i < bytes.Length - 1; i++)
        {
            var changed = bytes.ToArray();
            changed[i] ^= 1;
            Assert.NotEqual(SignerVerdict.KnownSigner, ReportSignature.Verify(changed, Known).Signature);
        }
    }

    [Fact]
    public void A_text_without_the_line_is_not_signed() => Assert.Null(ReportSignature.Verify("# Report\n"u8, Known).Signature);

    [Theory]
    [InlineData("# Report\n<!-- godwit-report {} -->\n")]
    [InlineData("# Report\n<!-- godwit-report -->\n")]
    [InlineData("# Report\n<!-- godwit-report \n")]
    [InlineData("# Report\n<!-- godwit-report [1] -->\n")]
    public void A_line_that_only_looks_like_one_is_a_bad_signature(string text) => Assert.Equal(SignerVerdict.BadSignature, ReportSignature.Verify(Encoding.UTF8.GetBytes(text), Known).Signature);

    public void Dispose() => _key.Dispose();
}
