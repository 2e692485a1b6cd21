using Godwit.Engine.Runbooks;

namespace Godwit.Engine.Tests.Runbooks;

public sealed class RunbookKindsTests
{
    [Fact]
    public void A_kind_is_registered_once()
    {
        var kinds = TestKinds.All;
        Assert.Same(kinds.Steps[0], kinds.Step("script"));
        Assert.Same(kinds.Gates[0], kinds.Gate("count"));
        Assert.Throws<ArgumentException>(() => kinds.Step("count"));
        Assert.Throws<ArgumentException>(() => new RunbookKinds([.. kinds.Steps, kinds.Steps[0]], []));
    }
}
