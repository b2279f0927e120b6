"""The vendors beside the portal: what comes in from them is stored first and worked later."""
