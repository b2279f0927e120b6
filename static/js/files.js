// Attachments on the WorkStream page. Entry module.
