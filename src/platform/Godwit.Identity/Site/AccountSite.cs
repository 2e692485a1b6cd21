using Godwit.Http.Problems;
using Godwit.Identity.Site.Assets;
using Godwit.Identity.Site.Frame;
using Godwit.Identity.Site.Serving;
using Microsoft.AspNetCore.Routing;

namespace Godwit.Identity.Site;

/// <summary>The pages under <c>/account</c>: the same services as the API's, asked by forms in place of JSON. They work without a script.</summary>
internal static class AccountSite
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        SiteAssets.Map(routes);
        var map = new SiteMap(routes);
        SignUpPages.Map(map);
        SignInPages.Map(map);
        RecoveryPages.Map(map);
        OverviewPages.Map(map);
        EmailPages.Map(map);
        PhonePages.Map(map);
        SecondFactorPages.Map(map);
        PasskeyPages.Map(map);
        ProviderPages.Map(map);
        MagicLinkPages.Map(map);
        DataRequestPages.Map(map);
        DevicePages.Map(map);
        SessionPages.Map(map);
        ConsentPages.Map(map);
        ActivityPages.Map(map);
        map.Public("/account/{**rest}", _ => Task.FromResult(Page.OfProblem(Problem.Of(404))));
    }
}
